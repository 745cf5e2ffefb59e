"""Records what a cloud answers: of a real one for ``reduce``, of one in memory to compare.

    python -m tests.support.cloud.releases.recording CLOUDS_YAML CLOUD TENANT FOLDER

It only reads. What it writes has all names and ids of the cloud in it, which ``reduce`` leaves out.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dashboard.clients.cloud_files import read_clouds
from dashboard.clients.openstack import CloudSession
from dashboard.migrations_app.resources.reader import TenantRef, find_tenant

Json = dict[str, Any]
_version = re.compile(r"/v\d.*$")
TOO_NEW = "2.999"
NOBODY = "00000000-0000-0000-0000-000000000000"

# service, path and the newest microversion of which the answer is wanted; "" for none
_READS = (
    ("identity", "/projects?name={name}", ""),
    ("identity", "/domains", ""),
    ("identity", "/users", ""),
    ("identity", "/roles", ""),
    ("identity", "/role_assignments?scope.project.id={tenant}&include_names=true", ""),
    ("identity", "/users/nobody-here", ""),
    ("compute", "/servers/detail?all_tenants=1&project_id={tenant}", "2.90"),
    ("compute", "/servers/detail?all_tenants=1&project_id={tenant}", ""),
    ("compute", "/servers/{server}", "2.90"),
    ("compute", "/servers/{server}/os-interface", "2.90"),
    ("compute", "/flavors/detail?is_public=None", "2.90"),
    ("compute", "/os-services", "2.90"),
    ("compute", "/os-hypervisors/detail", "2.90"),
    ("compute", "/os-availability-zone", "2.90"),
    ("compute", f"/servers/{NOBODY}", "2.90"),
    ("compute", "/servers/detail", TOO_NEW),
    ("network", "/networks?project_id={tenant}", ""),
    ("network", "/subnets?project_id={tenant}", ""),
    ("network", "/ports?project_id={tenant}", ""),
    ("network", "/routers?project_id={tenant}", ""),
    ("network", "/floatingips?project_id={tenant}", ""),
    ("network", "/security-groups?project_id={tenant}", ""),
    ("network", "/security-group-rules?project_id={tenant}", ""),
    ("network", "/extensions", ""),
    ("network", "/networks/nope", ""),
    ("image", "/images?owner={tenant}", ""),
    ("image", f"/images/{NOBODY}", ""),
    ("image", "/images/{image}/members", ""),
    ("image", "/schemas/image", ""),
    ("block_storage", "/volumes/detail?all_tenants=1&project_id={tenant}", "3.50"),
    ("block_storage", "/snapshots/detail?all_tenants=1&project_id={tenant}", "3.50"),
    ("block_storage", "/types", "3.50"),
    ("block_storage", "/os-services", "3.50"),
    ("block_storage", "/os-availability-zone", "3.50"),
    ("block_storage", f"/volumes/{NOBODY}", "3.50"),
)
_QUOTAS = (
    ("compute", "/os-quota-class-sets/default", "2.90"),
    ("network", "/quotas/{tenant}/default", ""),
    ("block_storage", "/os-quota-sets/{tenant}/defaults", "3.50"),
)


def record(session: CloudSession, tenant: TenantRef) -> Iterator[Json]:
    """Yield the recordings of a tenant on a cloud: request, status, headers and response."""
    everywhere = {"all_tenants": 1, "project_id": tenant.id}
    servers = session.list("compute", "/servers/detail", "servers", **everywhere)
    images = session.list("image", "/images", "images", owner=tenant.id, visibility="private")
    found = {
        "tenant": tenant.id,
        "name": tenant.name,
        "server": next((str(server["id"]) for server in servers), NOBODY),
        "image": next((str(image["id"]) for image in images), NOBODY),
    }
    for service, path, newest in (*_READS, *_QUOTAS):
        known = newest and newest != TOO_NEW
        microversion = session.at_most(service, newest) if known else newest
        filled = path.format(**found)
        yield _recording(session, service, filled, microversion)


def _recording(session: CloudSession, service: str, path: str, microversion: str) -> Json:
    endpoint = session.endpoint(service).rstrip("/")
    header = {"block_storage": "volume"}.get(service, service)
    wanted = {"OpenStack-API-Version": f"{header} {microversion}"} if microversion else {}
    response = session.session.request(endpoint + path, "GET", headers=wanted, raise_exc=False)
    text = response.text.replace(_version.sub("", endpoint), "http://cloud.example")
    return {
        "request": {
            "method": "GET",
            "service": service,
            "path": path,
            "microversion": f"{header} {microversion}" if microversion else "",
        },
        "status": response.status_code,
        "headers": {},
        "response": json.loads(text),
    }


def main(clouds_yaml: str, cloud: str, tenant: str, folder: str) -> None:
    """Write the recordings of a cloud into a folder."""
    session = CloudSession(read_clouds(Path(clouds_yaml))[cloud])
    for number, recording in enumerate(record(session, find_tenant(session, tenant)), start=1):
        text = json.dumps(recording, indent=1, sort_keys=True)
        Path(folder, f"{number:03}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
