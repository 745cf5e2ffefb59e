"""Makes the seeds of Nova, Cinder and Glance of their reduced recordings in ``recorded``.

python -m tests.support.juno.make_seeds
"""

import json
from pathlib import Path
from typing import Any

from tests.support.juno.recorded_answers import recordings

Json = dict[str, Any]

SEEDS = Path(__file__).with_name("seeds")
BOB = "54c443927c024c12832288ce677a8dbe"
ACME = "5900a9f21ccb4f45900ea62f904f58d8"


def nova() -> Json:
    """Return what Nova has. Servers are as administrators see them, of flavors also a deleted."""
    flavors = _answer("nova", "/flavors/detail", is_public="None")["flavors"]
    deleted = _answer("nova", "/flavors/99")["flavor"]
    specs = {"auto": _answer("nova", "/flavors/auto/os-extra_specs")["extra_specs"]}
    access = _answer("nova", "/flavors/auto/os-flavor-access")["flavor_access"]
    defaults = _answer("nova", f"/os-quota-sets/{ACME}/defaults")["quota_set"]
    of_bob = _answer("nova", f"/os-quota-sets/{ACME}", user_id=BOB)["quota_set"]
    used = _answer("nova", "/limits", tenant_id=ACME)["limits"]["absolute"]
    return {
        "servers": _answer("nova", "/servers/detail", all_tenants="1")["servers"],
        "flavors": flavors,
        "deleted_flavors": [deleted],
        "extra_specs": specs,
        "access": {"auto": [each["tenant_id"] for each in access]},
        "keypairs": _keys(),
        "quotas": _own_quotas(defaults),
        "default_quotas": {n: value for n, value in defaults.items() if n != "id"},
        "user_quotas": {f"{ACME}:{BOB}": {"instances": of_bob["instances"]}},
        "used": {ACME: {n: v for n, v in used.items() if n.startswith("total")}},
        "services": _answer("nova", "/os-services")["services"],
        "hypervisors": _answer("nova", "/os-hypervisors/detail")["hypervisors"],
        "server_groups": [
            {**group, "~tenant": ACME}
            for group in _answer("nova", "/os-server-groups", all_projects="1")["server_groups"]
        ],
        "actions": _actions(),
        "migrations": [],
        "zones": _answer("nova", "/os-availability-zone/detail")["availabilityZoneInfo"],
        "aggregates": _answer("nova", "/os-aggregates")["aggregates"],
    }


def _own_quotas(defaults: Json) -> Json:
    own = _answer("nova", f"/os-quota-sets/{ACME}")["quota_set"]
    return {ACME: {name: limit for name, limit in own.items() if limit != defaults.get(name)}}


def _keys() -> dict[str, list[Json]]:
    """Return the keys by the names of their users, who have asked for them."""
    found = [each for each in recordings("nova") if each.below == "/os-keypairs" and not each.query]
    return {
        each.user.partition("@")[0]: [key["keypair"] for key in each.response["keypairs"]]
        for each in found
    }


def _actions() -> dict[str, list[Json]]:
    found = [each for each in recordings("nova") if each.below.endswith("/os-instance-actions")]
    return {each.below.split("/")[2]: each.response["instanceActions"] for each in found}


def cinder() -> Json:
    """Return what Cinder has, as v2 tells it to administrators."""
    quota = _answer("cinder", f"/os-quota-sets/{ACME}")["quota_set"]
    defaults = _answer("cinder", f"/os-quota-sets/{ACME}/defaults")["quota_set"]
    return {
        "volumes": _answer("cinder", "/volumes/detail", all_tenants="1")["volumes"],
        "snapshots": _answer("cinder", "/snapshots/detail", all_tenants="1")["snapshots"],
        "types": _answer("cinder", "/types")["volume_types"],
        "quotas": {ACME: {n: v for n, v in quota.items() if v != defaults.get(n)}},
        "default_quotas": {n: v for n, v in defaults.items() if n != "id"},
        "services": _answer("cinder", "/os-services")["services"],
    }


def glance() -> Json:
    """Return what Glance has: images with their properties apart, as v1 tells them, and tags."""
    [v1] = [r for r in recordings("glance") if r.query == {"is_public": "none"}]
    tags = {each["id"]: each["tags"] for each in _answer("glance", "/images")["images"]}
    images = [{**image, "~tags": tags.get(image["id"], [])} for image in v1.response["images"]]
    found = [each for each in recordings("glance") if each.below.endswith("/members")]
    members = {
        each.below.split("/")[2]: each.response["members"]
        for each in found
        if each.version == "v2" and each.status == 200
    }
    schema = _answer("glance", "/schemas/image")
    return {"images": images, "members": members, "schema": schema}


def _answer(service: str, path: str, **query: str) -> Any:
    """Return the first recorded answer to an administrator, else to anybody."""
    found = [
        each
        for each in recordings(service)
        if (each.method, each.below, each.query) == ("GET", path, query)
        and each.version in ("v2",)
        and each.status == 200
    ]
    return sorted(found, key=lambda each: not each.user.startswith("admin"))[0].response


def main() -> None:
    """Write the seeds."""
    for make in (nova, cinder, glance):
        path = SEEDS / f"{make.__name__}.json"
        path.write_text(json.dumps(make(), indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
