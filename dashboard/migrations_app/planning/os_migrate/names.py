"""References of os-migrate's files: objects by name, project and domain."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import Record

AUTH = "%auth%"
"""The project, and its domain, of whoever reads the file."""
OF_NO_PROJECT = ("flavor", "role", "user", "project")
OWNERS = ("project_id", "owner", "os-vol-tenant-attr:tenant_id")
ELSEWHERE = {"network": "/networks", "subnet": "/subnets"}


class Names:
    """The tenant's objects by type and id, and what references call them."""

    def __init__(
        self,
        reader: TenantReader,
        records: Mapping[tuple[str, str], Record],
        *,
        with_user_data: bool = True,
    ) -> None:
        self.reader = reader
        # it may hold passwords: what is kept in the database has none
        self.with_user_data = with_user_data
        self.records = records
        self._owner = cache(self._read_owner)

    def reference(self, type_name: str, id_: Any) -> Json | None:
        """Return the reference to an object, None for no id."""
        if not id_:
            return None
        fields = self._fields(type_name, id_)
        project, domain = self._project_and_domain(type_name, fields)
        return {"name": fields.get("name"), "project_name": project, "domain_name": domain}

    def domain(self, id_: Any) -> Json | None:
        """Return the reference to a domain."""
        name = self.reader.domains.get(id_)
        return {"name": name, "project_name": None, "domain_name": None} if name else None

    def of_type(self, type_name: str) -> list[Record]:
        """Return the tenant's objects of a type."""
        return [record for (name, _), record in self.records.items() if name == type_name]

    def _fields(self, type_name: str, id_: str) -> Mapping[str, Any]:
        if record := self.records.get((type_name, id_)):
            return record.fields
        path = ELSEWHERE.get(type_name)
        found = self.reader.cloud.find("network", f"{path}/{id_}", type_name) if path else None
        return found or {"name": id_}

    def _project_and_domain(
        self, type_name: str, fields: Mapping[str, Any]
    ) -> tuple[str | None, str | None]:
        if type_name in OF_NO_PROJECT:
            return None, self.reader.domains.get(fields.get("domain_id") or "")
        owner = next((fields[name] for name in OWNERS if fields.get(name)), "")
        return (AUTH, AUTH) if owner in ("", self.reader.tenant.id) else self._owner(owner)

    def _read_owner(self, project_id: str) -> tuple[str | None, str | None]:
        found = self.reader.cloud.find("identity", f"/projects/{project_id}", "project")
        if found is None:
            return None, None
        return found["name"], self.reader.domains.get(found["domain_id"])
