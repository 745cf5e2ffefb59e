"""What projects share with others, and the policies that say with whom."""

from collections.abc import Mapping

from tests.support.cloud.fields import Fields
from tests.support.cloud.messages import Json, Refused, Request
from tests.support.cloud.network.standard import NeutronCollection

EVERYBODY = "*"
SHARED, EXTERNAL = "access_as_shared", "access_as_external"
# the collection of a type of objects, and the extension by which others may use them
_TYPES: Mapping[str, tuple[str, str]] = {
    "network": ("networks", "rbac-policies"),
    "qos_policy": ("qos/policies", "qos"),
    "security_group": ("security-groups", "rbac-security-groups"),
    "address_scope": ("address-scopes", "rbac-address-scope"),
    "subnetpool": ("subnetpools", "rbac-subnetpool"),
    "address_group": ("address-groups", "rbac-address-group"),
}


class SharedCollection(NeutronCollection):
    """Objects that others may use: everybody by ``shared``, some by policies."""

    object_type = ""

    def is_visible(self, row: Json, request: Request) -> bool:
        """Objects are seen by everybody they are shared with."""
        return super().is_visible(row, request) or self.is_shared(row, request)

    def is_shared(self, row: Json, request: Request) -> bool:
        """Return whether the asker may use an object of somebody else's."""
        targets = (EVERYBODY, request.asker.project_id)
        return any(p["target_tenant"] in targets for p in self.service.policies.of(row))

    def view(self, row: Json, request: Request) -> Json:
        """Return an object: whether it is shared depends on who asks."""
        return super().view({**row, "shared": self.is_shared(row, request)}, request)

    def prepare(self, row: Json, given: Json, request: Request) -> None:
        """Leave sharing with everybody to administrators."""
        if row.get("shared") and not request.asker.is_admin:
            raise Refused(403, self.service.denial, kind="PolicyNotAuthorized")

    def made(self, row: Json, request: Request) -> None:
        """Share an object with everybody if its body asks for it."""
        self._share(row)

    def change(self, row: Json, given: Json, request: Request) -> None:
        """Change an object, and whether everybody may use it."""
        super().change(row, given, request)
        if "shared" in given:
            self._share(row)

    def _share(self, row: Json) -> None:
        with_all = [p for p in self.service.policies.of(row) if p["target_tenant"] == EVERYBODY]
        if row.get("shared") and not with_all:
            self.service.policies.share(row, EVERYBODY, self.object_type)
        for policy in () if row.get("shared") else with_all:
            del self.service.policies.rows[policy["id"]]

    def remove(self, row: Json, request: Request) -> None:
        """Delete an object, and the policies about it."""
        super().remove(row, request)
        for policy in self.service.policies.where(object_id=row["id"]):
            del self.service.policies.rows[policy["id"]]


class RbacPolicies(NeutronCollection):
    """Which projects may use objects of others."""

    tagged_as = None
    extension = "rbac-policies"

    def __init__(self) -> None:
        fields = {"object_type": "", "object_id": "", "action": "", "target_tenant": ""}
        super().__init__("rbac-policies", "rbac_policy", fields, required=tuple(fields))
        names = ("id", "project_id", "tenant_id")
        self.fields = Fields({**dict.fromkeys(names, ""), **fields})

    def missing(self, id_: str) -> Refused:
        """Return the error for an id that there is not."""
        sentence = f"RBAC policy of type unknown with ID {id_} not found"
        return Refused(404, sentence, kind="RbacPolicyNotFound")

    def of(self, row: Json) -> list[Json]:
        """Return the policies by which others use an object."""
        return self.where(object_id=row["id"], action=SHARED)

    def share(self, row: Json, target: str, object_type: str = "network") -> None:
        """Share an object with a project, or with everybody: ``*``."""
        id_, owner = self.cloud.new_id(), row["project_id"]
        self.rows[id_] = {
            **{"id": id_, "project_id": owner, "tenant_id": owner, "target_tenant": target},
            **{"object_type": object_type, "object_id": row["id"], "action": SHARED},
        }

    def prepare(self, row: Json, given: Json, request: Request) -> None:
        """Refuse a policy about what others own, about nothing, or for the second time."""
        path, alias = _TYPES.get(row["object_type"], ("", "nothing"))
        if alias not in self.cloud.release.extensions:
            sentence = f"Invalid input for object_type. Reason: '{row['object_type']}'"
            raise Refused(400, sentence, kind="HTTPBadRequest")
        valid = (SHARED, EXTERNAL) if row["object_type"] == "network" else (SHARED,)
        if row["action"] not in valid:
            raise Refused(
                400,
                f"Invalid action '{row['action']}' for object type '{row['object_type']}'. "
                f"Valid actions: {valid}",
                kind="InvalidActionForType",
            )
        about = self.cloud.collection("network", path)
        if not about.is_visible(about.get(row["object_id"]), request):
            raise about.missing(row["object_id"])
        is_own = about.get(row["object_id"])["project_id"] == request.asker.project_id
        is_for_all = row["target_tenant"] == EVERYBODY
        if not request.asker.is_admin and (is_for_all or not is_own):
            raise Refused(403, self.service.denial, kind="PolicyNotAuthorized")
        if self.where(**{name: row[name] for name in self.required}):
            sentence = "An RBAC policy already exists with those values."
            raise Refused(409, sentence, kind="DuplicateRbacPolicy")

    def remove(self, row: Json, request: Request) -> None:
        """Delete a policy by which nobody uses a network."""
        ports = self.service.ports.where(network_id=row["object_id"])
        users = {port["project_id"] for port in ports if port["project_id"]}
        others = self.where(object_id=row["object_id"], action=SHARED)
        is_open = any(p["target_tenant"] == EVERYBODY for p in others if p["id"] != row["id"])
        owner = self.service.networks.rows.get(row["object_id"], {}).get("project_id")
        targets = users - {owner} if row["target_tenant"] == EVERYBODY else {row["target_tenant"]}
        # by the owner's rules, too, as in 2026.2
        of_all = row["object_type"] == "address_group" and row["target_tenant"] == EVERYBODY
        rules = self.service.rules.where(remote_address_group_id=row["object_id"])
        if (users & targets and not is_open) or (of_all and rules):
            raise Refused(
                409,
                f"RBAC policy on object {row['object_id']} cannot be removed because other "
                "objects depend on it.",
                kind="RbacPolicyInUse",
            )
        super().remove(row, request)
