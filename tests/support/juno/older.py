"""The stand-in as a cloud of releases before Juno: without what Nova tells only since then."""

from typing import Any

from tests.support.juno.cloud import JunoCloud
from tests.support.juno.messages import Json, Reply, Request

_MISSING: Json = {"itemNotFound": {"code": 404, "message": "The resource could not be found."}}
SINCE_ICEHOUSE = ("/os-server-groups",)
SINCE_HAVANA = ("/os-migrations", "/os-services/disable-log-reason", "/v3/role_assignments")
FIELDS_SINCE_HAVANA = frozenset(
    {
        *("OS-EXT-IPS-MAC:mac_addr", "OS-EXT-VIF-NET:net_id", "disabled_reason"),
        *("os-extended-volumes:volumes_attached", "OS-SRV-USG:launched_at"),
        "OS-SRV-USG:terminated_at",
    }
)


def as_of_havana(cloud: JunoCloud, *, page: int = 1000) -> None:
    """Make the cloud one of Havana, whose lists are cut after so many and then not linked."""
    cloud.state["nova"].update(max_limit=page, links_each_page=False)
    cloud.state["nova_network"]["max_limit"] = cloud.state["cinder"]["max_limit"] = page
    cloud.retold = _by_havana


def as_of_grizzly(cloud: JunoCloud, *, page: int = 1000) -> None:
    """Make the cloud one of Grizzly."""
    as_of_havana(cloud, page=page)
    cloud.retold = _by_grizzly


def _by_havana(request: Request, reply: Reply) -> Reply:
    if _is_of(request, SINCE_ICEHOUSE):
        return Reply(404, _MISSING)
    if request.path.endswith("/os-services") and request.port == "nova":
        return Reply(reply.status, _without(reply.body, {"id"}))
    return reply


def _by_grizzly(request: Request, reply: Reply) -> Reply:
    if _is_of(request, SINCE_HAVANA):
        return Reply(404, _MISSING)
    told = _by_havana(request, reply)
    if request.port != "nova":
        return told
    return Reply(told.status, _without(told.body, FIELDS_SINCE_HAVANA), told.headers)


def _is_of(request: Request, paths: tuple[str, ...]) -> bool:
    is_of = request.port.startswith("keystone") or request.port == "nova"
    return is_of and any(path in request.path for path in paths)


def _without(value: Any, names: frozenset[str] | set[str]) -> Any:
    """Return JSON without the fields of those names, however deep."""
    if isinstance(value, dict):
        return {key: _without(each, names) for key, each in value.items() if key not in names}
    return [_without(each, names) for each in value] if isinstance(value, list) else value
