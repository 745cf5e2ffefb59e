"""QoS specs, which are associated with types of volumes."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tests.support.cloud.collection import Collection
from tests.support.cloud.fields import Fields
from tests.support.cloud.messages import Answer, Json, Refused, Request

if TYPE_CHECKING:
    from tests.support.cloud.volume import BlockStorage


class QosSpecs(Collection):
    """QoS specs: what is sent beside name and consumer is among the specs."""

    service: "BlockStorage"

    def __init__(self) -> None:
        super().__init__(
            path="qos-specs",
            singular="qos_specs",
            plural="qos_specs",
            fields=Fields({"id": "", "name": "", "consumer": "back-end", "specs": {}}),
            owner="",
            unique=("name",),
            for_admin=frozenset({"list", "create", "update", "delete"}),
        )

    def routes(self) -> Iterable[tuple[str, str, Any]]:
        """Also the associations, which Cinder changes by GET."""
        yield from super().routes()
        yield "GET", "qos-specs/{}/associate", self.associate
        yield "GET", "qos-specs/{}/disassociate", self.disassociate
        yield "GET", "qos-specs/{}/associations", self.associations

    def create(self, request: Request) -> Json:
        """Make QoS specs."""
        self.permit("create", request)
        given = request.body["qos_specs"]
        named = {name: given[name] for name in ("name", "consumer") if name in given}
        specs = {name: value for name, value in given.items() if name not in named}
        row = self.make({**named, "specs": specs}, request)
        return {"qos_specs": self.view(row, request), "links": []}

    def associate(self, request: Request) -> Answer:
        """Associate these specs with a type, unless it has others."""
        self.permit("update", request)
        row, type_ = self.get(request.ids[0]), self._type(request)
        if type_["qos_specs_id"] not in (None, row["id"]):
            raise Refused(400, f"Type {type_['id']} is already associated with another qos specs.")
        type_["qos_specs_id"] = row["id"]
        return Answer(status=202)

    def disassociate(self, request: Request) -> Answer:
        """Take the specs from a type."""
        self.permit("update", request)
        self.get(request.ids[0])
        self._type(request)["qos_specs_id"] = None
        return Answer(status=202)

    def _type(self, request: Request) -> Json:
        return self.service.types.get(request.asks("vol_type_id"))

    def associations(self, request: Request) -> Json:
        """Answer with the types that have these specs."""
        found = self.service.types.where(qos_specs_id=self.get(request.ids[0])["id"])
        told = [
            {"association_type": "volume_type", "name": t["name"], "id": t["id"]} for t in found
        ]
        return {"qos_associations": told}

    def remove(self, row: Json, request: Request) -> None:
        """Delete specs that no type has."""
        if self.service.types.where(qos_specs_id=row["id"]):
            raise Refused(400, f"QoS Specs {row['id']} is still associated with entities.")
        super().remove(row, request)
