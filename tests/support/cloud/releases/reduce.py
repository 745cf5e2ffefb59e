"""Makes a release's file from recordings of its services: what they have, without whose it was.

    python -m tests.support.cloud.releases.reduce FOLDER NAME

A recording is a file with request, status, headers and response. Of many objects one remains: with
the values that all of them have, and words like ``<id>`` or ``<time>`` for those that differ.
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

Json = dict[str, Any]

ADDRESS = "http://cloud.example"
_SERVICES = {"volume": "block_storage"}
_VERSION_PATHS = {"identity": "/v3", "compute": "/v2.1", "placement": ""}
# path of a recording, without its query -> what of the answer is kept
_ANSWERS = {
    "identity": ("/projects", "/domains", "/users", "/roles", "/role_assignments"),
    "compute": (
        *("/servers/detail", "/servers/{id}", "/servers/{id}/os-interface", "/flavors/detail"),
        *("/os-services", "/os-hypervisors/detail", "/os-availability-zone"),
        "/servers/{id}/os-instance-actions",
    ),
    "network": (
        *("/networks", "/subnets", "/ports", "/security-groups", "/security-group-rules"),
        "/rbac-policies",
    ),
    "image": ("/images",),
    "block_storage": ("/types", "/os-services", "/os-availability-zone"),
    "placement": ("/resource_providers", "/resource_providers/{id}/inventories"),
}
_QUOTAS = {
    ("compute", "/os-quota-class-sets/default"): "quota_class_set",
    ("network", "/quotas/{id}/default"): "quota",
    ("block_storage", "/os-quota-sets/{id}/defaults"): "quota_set",
}
_id = re.compile(r"[0-9a-f]{56}|[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\{tenant\}")
_time = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*")
# what the laboratory that made the recordings has put in
_own_words = re.compile(r"(src|dst)-|shop-|hkd1-|alice")
_MARKER = "pumphouse_source_id"


def reduce_recordings(folder: Path) -> Json:
    """Return a release's file as JSON."""
    return reduce_all([*_read(folder)])


def reduce_all(recordings: Iterable[Json]) -> Json:
    """Return what remains of recordings."""
    recordings = [_prepared(recording) for recording in recordings]
    return {
        "versions": _versions(recordings),
        "newest": _newest(recordings),
        "extensions": _extensions(recordings),
        "quotas": dict(_quotas(recordings)),
        "errors": {service: _errors(service, recordings) for service in _ANSWERS},
        "formats": _formats(recordings),
        "answers": {name: _merged(found) for name, found in _answers(recordings)},
    }


def _read(folder: Path) -> Iterator[Json]:
    for path in sorted(folder.glob("*.json")):
        yield json.loads(path.read_text(encoding="utf-8"))


def _prepared(recording: Json) -> Json:
    """Return a recording with its service named as the product does, and its path without ids."""
    request = recording["request"]
    service = _SERVICES.get(request["service"], request["service"])
    template = _id.sub("{id}", request["path"].partition("?")[0])
    return {**recording, "request": {**request, "service": service, "template": template}}


def _versions(recordings: Iterable[Json]) -> Json:
    """Return the version documents by service and path, with the address left open."""
    found: Json = {}
    for each in recordings:
        request = each["request"]
        if request["path"] not in ("(root)/", "/", "") or each["status"] == 404:
            continue
        is_root = request["path"] == "(root)/"
        path = "" if is_root else _VERSION_PATHS[request["service"]]
        body = json.loads(json.dumps(each["response"]).replace(ADDRESS, "{address}"))
        found.setdefault(request["service"], {})[path] = {"status": each["status"], "body": body}
    return found


def _newest(recordings: Sequence[Json]) -> Json:
    versions = _versions(recordings)

    def newest(service: str, name: str) -> str:
        listed = versions.get(service, {}).get("", {}).get("body", {}).get("versions", [{}])
        return str(max((each.get(name) or "" for each in listed), key=len))

    return {
        "compute": newest("compute", "version"),
        "block_storage": newest("block_storage", "version"),
        "placement": newest("placement", "max_version"),
    }


def _extensions(recordings: Iterable[Json]) -> list[str]:
    for each in recordings:
        if each["request"]["service"] == "network" and each["request"]["path"] == "/extensions":
            return sorted(extension["alias"] for extension in each["response"]["extensions"])
    return []


def _quotas(recordings: Iterable[Json]) -> Iterator[tuple[str, Json]]:
    for each in recordings:
        request = each["request"]
        if key := _QUOTAS.get((request["service"], request["template"])):
            limits = each["response"][key]
            yield request["service"], {name: limits[name] for name in limits if name != "id"}


def _errors(service: str, recordings: Iterable[Json]) -> Json:
    """Return one error body for each status that was recorded of a service."""
    return {
        str(each["status"]): _masked(each["response"])
        for each in recordings
        if each["request"]["service"] == service and each["status"] >= 400
    }


def _formats(recordings: Iterable[Json]) -> Json:
    """Return the formats that Glance's schema offers."""
    for each in recordings:
        if each["request"]["path"] == "/schemas/image":
            properties = each["response"]["properties"]
            return {
                name: [value for value in properties[name]["enum"] if value]
                for name in ("disk_format", "container_format")
            }
    return {}


def _answers(recordings: Iterable[Json]) -> Iterator[tuple[str, list[Any]]]:
    """Yield the objects of each answer that is kept, by service, path and microversion."""
    found: dict[str, list[Any]] = {}
    for each in recordings:
        request, body = each["request"], each["response"]
        if each["status"] != 200 or request["template"] not in _ANSWERS[request["service"]]:
            continue
        version = str(request["microversion"]).partition(" ")[2]
        name = f"{request['service']} {request['template']} {version}".strip()
        for key, value in body.items():
            if key.endswith("links"):
                continue
            if isinstance(value, list) and all(isinstance(item, dict) for item in value):
                found.setdefault(name, []).extend(value)
            elif isinstance(value, dict):
                found.setdefault(name, []).append(value)
    yield from ((name, objects) for name, objects in found.items() if objects)


def _merged(values: Sequence[Any]) -> Any:
    """Return what values have in common: one where all are the same, a word where they differ.

    A key that only some of the objects have ends with a question mark.
    """
    if all(isinstance(value, dict) for value in values):
        return _merged_objects(values)
    if all(isinstance(value, list) for value in values):
        items = [item for value in values for item in value]
        return [_merged(items)] if items else []
    texts = {json.dumps(value, sort_keys=True) for value in values}
    if len(texts) == 1:
        return _masked(values[0])
    words = sorted({_word(value) for value in values})
    return "|".join(words)


def _merged_objects(values: Sequence[Json]) -> Json:
    values = [{_masked(name): value[name] for name in value} for value in values]
    names = sorted({name for value in values for name in value} - {_MARKER})
    return {
        f"{name}{'' if all(name in value for value in values) else '?'}": _merged(
            [value[name] for value in values if name in value]
        )
        for name in names
    }


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _masked(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_masked(inner) for inner in value]
    if not isinstance(value, str):
        return value
    if _id.fullmatch(value) or _time.fullmatch(value) or _own_words.search(value):
        return _word(value)
    return _id.sub("<id>", value.replace(ADDRESS, "{address}"))


def _word(value: Any) -> str:
    """Return a word for a value, in angle brackets."""
    if value is None:
        return "<null>"
    if isinstance(value, str) and _id.fullmatch(value):
        return "<id>"
    if isinstance(value, str) and _time.fullmatch(value):
        return "<time>"
    names = {bool: "boolean", int: "number", float: "number", str: "text", list: "list"}
    return f"<{names.get(type(value), 'object')}>"


def main(folder: str, name: str) -> None:
    """Write a release's file beside this one."""
    path = Path(__file__).with_name(f"{name}.json")
    text = json.dumps(reduce_recordings(Path(folder)), indent=1, sort_keys=True)
    path.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
