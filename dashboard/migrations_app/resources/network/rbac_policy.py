"""RBAC policies: grants of one project's networks, groups and the like to another project."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from typing_extensions import override

from dashboard.clients.openstack import CloudSession, Json
from dashboard.errors import NeedsOperator
from dashboard.migrations_app.resources.grants import awaited
from dashboard.migrations_app.resources.network.common.neutron import NEUTRON_OWN, NeutronResource
from dashboard.migrations_app.resources.network.common.sharing import (
    EVERYBODY,
    GRANTABLE,
    POLICIES,
    SHARED,
    Grantable,
    policies_of,
)
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    CREATE,
    MIGRATED,
    SKIP,
    Decision,
    DecisionLookup,
    FoundBy,
    Record,
    Ref,
)
from dashboard.migrations_app.resources.work import Work

_IN_USE = "cannot be removed because other objects depend on it"
_OWN = "What it grants is the tenant's own there."
_TARGET, _OBJECT, _TYPE = "target_tenant", "object_id", "object_type"
# added to a policy's fields: the projects that have to move before it can, and whether one of them
# has been deleted, which Neutron does not notice
_WAITS_FOR, _IS_OF_NOBODY = "waits_for", "is_of_nobody"
# whether the object is of no project: whichever tenant moves first makes and owns the copy
_IS_EVERYBODYS = "is_everybodys"


class RbacPolicy(NeutronResource):
    """A grant of an object to a project, or to all. It is made when both have moved.

    The plan of either project has it: that of the object's owner, and that of the project to which
    it is granted (it is ``shared`` then: finalizing that project deletes nothing). What everybody
    may use by the object's own attribute ``shared`` needs no policy.
    """

    name = "rbac_policy"
    plural = "RBAC policies"
    # the object, the target and the action: Neutron has each once
    found_by = FoundBy.LEDGER
    is_shareable = True
    extension = "rbac-policies"
    collection = "rbac-policies"
    singular = "rbac_policy"
    needs = ("project", *(each.type for each in GRANTABLE.values()))
    copied = (_TYPE, "action", _OBJECT, _TARGET)
    own = (*NEUTRON_OWN, _WAITS_FOR, _IS_OF_NOBODY, _IS_EVERYBODYS)

    @property
    @override
    def label(self) -> str:
        return "RBAC policy"

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Return the policies about what the tenant owns, and those that name it as target."""
        policies = [policy for policy in policies_of(reader) if policy[_TYPE] in GRANTABLE]
        own = _own_objects({policy[_TYPE] for policy in policies}, reader)
        for policy in policies:
            granted = own.get(policy[_OBJECT])
            if not granted and policy[_TARGET] == reader.tenant.id:
                granted = _find(reader.cloud, GRANTABLE[policy[_TYPE]], policy)
            if granted and not _says_nothing(policy, granted):
                yield self._record(policy, granted, reader)

    def _record(self, policy: Json, granted: Json, reader: TenantReader) -> Record:
        target, owner = policy[_TARGET], granted["project_id"]
        projects = {each for each in (target, owner) if each not in ("", EVERYBODY)}
        waits_for = sorted(each for each in projects if not _is_there(each, reader))
        of = f"{policy[_TYPE].replace('_', ' ')} {granted.get('name') or granted['id']}"
        names = {each: _name_of(each, reader) for each in projects}
        to = "everybody" if target == EVERYBODY else names[target] or target
        fields = {
            **policy,
            _WAITS_FOR: [names[each] for each in waits_for],
            _IS_OF_NOBODY: not all(names[each] for each in waits_for),
            _IS_EVERYBODYS: not owner,
        }
        return Record(
            type=self.name,
            id=policy["id"],
            name=f"{of} for {to}",
            fields=fields,
            shared=owner != reader.tenant.id,
        )

    @override
    def reread(self, reader: TenantReader, ids: Collection[str]) -> Iterable[Record]:
        """Return those policies that are still there, whoever owns the object."""
        for policy in policies_of(reader):
            if policy["id"] in ids:
                yield Record(type=self.name, id=policy["id"], name="", fields=policy)

    @override
    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        """Wait for the other project to move: its own plan, or the next one, has it then."""
        needed = ("rbac-policies", GRANTABLE[record.fields[_TYPE]].extension)
        if lacking := [alias for alias in needed if alias not in reader.extensions]:
            lacks = f"Cloud {reader.cloud.name} lacks Neutron's extension {lacking[0]}."
            return Decision(action=SKIP, reason=lacks)
        if record.fields[_IS_OF_NOBODY]:
            return Decision(action=SKIP, reason="Its project no longer exists.")
        if waits_for := record.fields[_WAITS_FOR]:
            return awaited(waits_for[0])
        if record.fields[_IS_EVERYBODYS] and _owns_the_copy(record, reader):
            return Decision(action=SKIP, reason=_OWN)
        return Decision()

    @override
    def resolve_dependencies(
        self, record: Record, decision: Decision, decision_of: DecisionLookup
    ) -> Decision:
        """Leave alone who may use an object that is not this installation's own there."""
        granted = decision_of(GRANTABLE[record.fields[_TYPE]].type, record.fields[_OBJECT])
        if record.fields[_IS_EVERYBODYS] and granted and granted.action == CREATE:
            return replace(decision, action=SKIP, reason=_OWN)
        if granted is None or granted.action in (CREATE, MIGRATED) or granted.left_out_by:
            return decision
        if decision.action not in (CREATE, SKIP):
            return decision
        reason = "What it grants is not created there: who uses the other one is not changed."
        return replace(decision, action=SKIP, reason=reason)

    @override
    def requires(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        """Return the object, and the tenant's project, which is the owner's or the target."""
        granted = Ref(GRANTABLE[record.fields[_TYPE]].type, record.fields[_OBJECT], "create")
        return {"create": [Ref("project", reader.tenant.id), granted]}

    @override
    def find(self, work: Work) -> str | None:
        wanted = self.body(work)
        query = {_OBJECT: wanted[_OBJECT], _TARGET: wanted[_TARGET]}
        found = work.destination.list("network", f"/{self.collection}", POLICIES, **query)
        return next((str(each["id"]) for each in found if each["action"] == wanted["action"]), None)

    @override
    def create(self, work: Work) -> str:
        """Create the policy, in the project of the object as Neutron does itself."""
        body = self.body(work)
        granted = _find(work.destination, GRANTABLE[body[_TYPE]], body) or {}
        sent = {self.singular: {**body, "project_id": granted.get("project_id", work.project_id)}}
        path = f"/{self.collection}"
        return str(work.destination.post("network", path, sent, self.singular)["id"])

    @override
    def complete(self, work: Work) -> None:
        """Do nothing: there is neither a description nor a tag."""

    @override
    def body(self, work: Work) -> Json:
        fields = {name: work.record.fields[name] for name in self.copied}
        return _translated(fields, work.destination_id_of)

    @override
    def used_by_others(self, work: Work) -> str:
        """Return a port of a project that could not be on the network without the policy."""
        body = self.body(work)
        if body[_TYPE] != "network":
            return ""
        query = {"network_id": body[_OBJECT]}
        if body[_TARGET] != EVERYBODY:
            query["project_id"] = body[_TARGET]
        for port in work.destination.list("network", "/ports", "ports", **query):
            is_of_others = port["project_id"] not in ("", work.project_id)
            if is_of_others and not work.is_ours("port", port["id"]):
                return f"port {port['id']} of project {port['project_id']} is on the network"
        return ""

    @override
    def remove(self, work: Work) -> None:
        """Delete the policy, or leave it to Neutron, which deletes it with its object.

        Neutron refuses to take an address group from everybody while even its owner's rules name
        it; they are removed later.
        """
        granted = self.body(work)
        try:
            super().remove(work)
        except NeedsOperator as error:
            is_ours = work.is_ours(GRANTABLE[granted[_TYPE]].type, granted[_OBJECT])
            if not (is_ours and _IN_USE in error.sentence):
                raise
            work.log(f"RBAC policy {work.record.name} is removed with what it grants.")

    @override
    def finalize(self, work: Work) -> None:
        """Leave it to Neutron, which deletes the policies about an object with the object."""

    @override
    def comparable(self, fields: Mapping[str, Any], translate: Callable[[str, str], str]) -> Json:
        """Return the policy with the destination's ids of the object and the target."""
        return _translated(fields, translate)


def _owns_the_copy(record: Record, reader: TenantReader) -> bool:
    """Return whether the tenant has made the copy: it is in the tenant's own project then."""
    grantable = GRANTABLE[record.fields[_TYPE]]
    copy = reader.destination_ids.get((grantable.type, record.fields[_OBJECT]))
    found = _find(reader.cloud, grantable, {_OBJECT: copy}) if copy else None
    target = reader.destination_ids.get(("project", record.fields[_TARGET]))
    return bool(found and target == found["project_id"])


def _translated(fields: Mapping[str, Any], translate: Callable[[str, str], str]) -> Json:
    grantable, target = GRANTABLE.get(fields[_TYPE]), fields[_TARGET]
    type_name = grantable.type if grantable else ""
    return {
        **fields,
        _OBJECT: translate(type_name, fields[_OBJECT]),
        _TARGET: target if target == EVERYBODY else translate("project", target),
    }


def _own_objects(type_names: Collection[str], reader: TenantReader) -> dict[str, Json]:
    """Return what the tenant owns of the types that policies are about, by id."""
    found: list[Json] = []
    for grantable in (GRANTABLE[name] for name in sorted(type_names)):
        found += reader.owned(f"/{grantable.collection}", grantable.key)
    return {each["id"]: each for each in found}


def _says_nothing(policy: Json, granted: Json) -> bool:
    """Return whether the object's attribute says the same, or the target is its owner."""
    by_attribute = GRANTABLE[policy[_TYPE]].has_attribute and policy["action"] == SHARED
    return policy[_TARGET] == granted["project_id"] or (
        by_attribute and policy[_TARGET] == EVERYBODY
    )


def _find(cloud: CloudSession, grantable: Grantable, policy: Mapping[str, Any]) -> Json | None:
    path = f"/{grantable.collection}/{policy[_OBJECT]}"
    return cloud.find("network", path, grantable.singular)


def _is_there(project_id: str, reader: TenantReader) -> bool:
    return project_id == reader.tenant.id or ("project", project_id) in reader.migrated


def _name_of(project_id: str, reader: TenantReader) -> str:
    found = reader.cloud.find("identity", f"/projects/{project_id}", "project") or {}
    return str(found.get("name", ""))
