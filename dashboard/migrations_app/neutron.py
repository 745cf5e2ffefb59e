"""What all of neutron's resources have in common.

Neutron has no field for a foreign id, so the marker stands in the description while the object is
being created; the same call that completes the object puts the tenant's own description in its
place. A crash between the two is found by the marker.
"""

from typing import Any, ClassVar

from dashboard.clients.openstack import Cloud
from dashboard.migrations_app.contract import (
    Json,
    Record,
    ResourceType,
    Work,
    chosen,
)
from dashboard.migrations_app.reading import TenantReader

# ids, times and states that each neutron keeps for itself
NEUTRON_OWN = (
    "id",
    "project_id",
    "tenant_id",
    "status",
    "created_at",
    "updated_at",
    "revision_number",
    "standard_attr_id",
)


class NeutronResource(ResourceType):
    """A resource of the network API: ``plural`` names its collection, ``name`` its body."""

    collection: ClassVar[str]
    singular: ClassVar[str]

    def record(self, fields: Json, reader: TenantReader) -> Record:
        """Give the record of one object of the API."""
        return Record(
            type=self.name,
            id=fields["id"],
            name=fields.get("name") or "",
            fields=fields,
            foreign=fields["project_id"] != reader.tenant.id,
        )

    def body(self, work: Work) -> Json:
        """Give the attributes to create the object with; types add what they map."""
        return chosen(work.record.fields, self.copied)

    def completion(self, work: Work) -> Json:
        """Give the attributes that are set once the object is there, the description above all."""
        return {"description": work.record.fields.get("description") or ""}

    def find(self, work: Work) -> str | None:
        """Look for the marker in the descriptions of the tenant's objects."""
        found = work.destination.list(
            "network",
            f"/{self.collection}",
            self.collection.replace("-", "_"),
            project_id=work.project_id,
            description=_marker(work),
        )
        return next((str(fields["id"]) for fields in found), None)

    def create(self, work: Work) -> str:
        """Create the object for the tenant, marked."""
        body = {**self.body(work), "project_id": work.project_id, "description": _marker(work)}
        return str(self._post(work.destination, body)["id"])

    def complete(self, work: Work) -> None:
        """Put the tenant's description, and what the type adds, in place of the marker."""
        work.destination.put(
            "network",
            f"/{self.collection}/{work.destination_id}",
            {self.singular: self.completion(work)},
        )

    def remove(self, work: Work) -> None:
        """Delete the object from the destination."""
        work.destination.delete("network", f"/{self.collection}/{work.destination_id}")

    def finalize(self, work: Work) -> None:
        """Delete the object from the source."""
        work.source.delete("network", f"/{self.collection}/{work.record.id}")

    def _post(self, cloud: Cloud, body: dict[str, Any]) -> Json:
        return cloud.post("network", f"/{self.collection}", {self.singular: body}, self.singular)


def _marker(work: Work) -> str:
    return f"pumphouse {work.record.id}"
