"""Server groups: which servers share a host, and which must not."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from typing_extensions import override

from dashboard.clients.openstack import CloudSession, Json
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.compute.common.server_groups import (
    RULES_SINCE,
    SOFT_SINCE,
    all_groups,
    group_microversion,
    policy_of,
)
from dashboard.migrations_app.resources.ownership import (
    ROLES_OF_OWNERS,
    owner_losses,
    owner_refs,
    with_owner_losses,
)
from dashboard.migrations_app.resources.reader import TenantReader, TenantRef
from dashboard.migrations_app.resources.records import (
    BLOCK,
    SKIP,
    Decision,
    DecisionLookup,
    Finding,
    FoundBy,
    Loss,
    Record,
    Ref,
)
from dashboard.migrations_app.resources.work import Work

_PATH = "/os-server-groups"
_APART = "anti-affinity"


class ServerGroup(ResourceType):
    """A Nova server group. Servers join it when they boot, so that it is created before them. One
    of another project whose member is a server of the tenant is created once for both."""

    name = "server_group"
    plural = "server groups"
    # names are not unique: the copies of others of that name are not among what is found
    found_by = FoundBy.LEDGER
    is_shareable = True
    needs = ("project", "user", *ROLES_OF_OWNERS)
    does_without = ("user", *ROLES_OF_OWNERS)
    copied = ("name", "policy", "rules")
    mapped = {"user_id": "user"}
    # servers tell which groups they are members of
    own = ("id", "members", "metadata", "policies", "project_id")

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Return the groups of the project, and those of which its servers are members."""
        servers = {server["id"] for server in reader.servers}
        for group in all_groups(reader):
            if group.get("project_id") == reader.tenant.id or servers & {*group["members"]}:
                yield _record(group, reader)

    @override
    def reread(self, reader: TenantReader, ids: Collection[str]) -> Iterable[Record]:
        return [_record(group, reader) for group in all_groups(reader) if group["id"] in ids]

    @override
    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        """Create the group, unless the destination's Nova does not know its policy."""
        cloud, policy = reader.cloud, record.fields["policy"]
        if policy.startswith("soft-") and not cloud.supports("compute", SOFT_SINCE):
            reason = f"Nova of cloud {cloud.name} has no policy {policy}."
            return Decision(action=SKIP, reason=reason)
        rules = record.fields["rules"]
        if rules and not cloud.supports("compute", RULES_SINCE):
            reason = f"Nova of cloud {cloud.name} has no rules of server groups."
            return Decision(losses=[Loss(field="rules", value=rules, reason=reason)])
        return Decision()

    @override
    def resolve_dependencies(
        self, record: Record, decision: Decision, decision_of: DecisionLookup
    ) -> Decision:
        return with_owner_losses(record, decision, decision_of)

    @override
    def requires(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        return {"create": owner_refs(record, reader)}

    @override
    def follows(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        """Return the group of the same name before it: only one at a time can be told apart."""
        others = (each for each in self.discover(reader) if each.name == record.name)
        before = sorted(each.id for each in others if each.id < record.id)
        return {"create": [Ref(self.name, id_) for id_ in before[-1:]]}

    @override
    def losses(self, record: Record, reader: TenantReader) -> Iterable[Loss]:
        yield from super().losses(record, reader)
        yield from owner_losses(record, reader)

    @override
    def check(
        self, records: Sequence[Record], source: TenantReader, destination: TenantReader
    ) -> Iterable[tuple[Record | None, Finding]]:
        """Block a group that must not share hosts and has more servers than there are hosts."""
        apart = [record for record in records if record.fields["policy"] == _APART]
        hosts = _hosts(destination.cloud) if apart else 0
        for record in apart:
            places = hosts * int(record.fields["rules"].get("max_server_per_host", 1))
            servers = {server["id"] for server in source.servers}
            needed = len(servers & {*record.fields["members"]})
            if needed > places:
                yield record, _too_few_hosts(record, needed, hosts, destination)

    @override
    def find(self, work: Work) -> str | None:
        groups = _groups_there(work)
        named = (group for group in groups if group["name"] == work.record.name)
        found = (group["id"] for group in named if not work.is_ours(self.name, group["id"]))
        return next(found, None)

    @override
    def obstacle_to_adopting(self, work: Work, id_: str) -> str:
        path, microversion = f"{_PATH}/{id_}", group_microversion(work.destination)
        group = work.destination.get("compute", path, "server_group", microversion=microversion)
        policy = policy_of(group)
        wanted = work.record.fields["policy"]
        return "" if policy == wanted else f"its policy is {policy}, not {wanted}"

    @override
    def create(self, work: Work) -> str:
        """Create the group as its owner."""
        owner = work.session_as(work.record.fields["user_id"])
        microversion = group_microversion(owner)
        body = _body(work.record, has_rules=owner.supports("compute", RULES_SINCE))
        created = owner.post(
            "compute", _PATH, {"server_group": body}, "server_group", microversion=microversion
        )
        return str(created["id"])

    @override
    def used_by_others(self, work: Work) -> str:
        """Return a member that is not this plan's: a server of another project."""
        path = f"{_PATH}/{work.destination_id}"
        group = work.destination.find("compute", path, "server_group") or {"members": []}
        others = [id_ for id_ in group["members"] if not work.is_ours("server", id_)]
        return f"server {others[0]} is a member of it" if others else ""

    @override
    def remove(self, work: Work) -> None:
        work.destination.delete("compute", f"{_PATH}/{work.destination_id}")

    @override
    def finalize(self, work: Work) -> None:
        """Delete the group, unless servers of other projects are still members of it."""
        path = f"{_PATH}/{work.record.id}"
        group = work.source.find("compute", path, "server_group") or {"members": []}
        if group["members"]:
            work.log(f"Kept server group {work.record.name}: other projects use it.")
        else:
            work.source.delete("compute", path)


def _record(group: Json, reader: TenantReader) -> Record:
    fields = {
        **group,
        "policy": policy_of(group),
        "rules": group.get("rules") or {},
        "user_id": group.get("user_id") or "",
    }
    shared = group.get("project_id", reader.tenant.id) != reader.tenant.id
    name = str(group["name"])
    return Record(type="server_group", id=group["id"], name=name, fields=fields, shared=shared)


def _groups_there(work: Work) -> list[Json]:
    """Return the groups of the tenant's project on the destination."""
    reader = TenantReader(work.destination, TenantRef(work.project_id, ""))
    return [each for each in all_groups(reader) if each.get("project_id") == work.project_id]


def _body(record: Record, *, has_rules: bool) -> Json:
    fields = record.fields
    if not has_rules:
        return {"name": record.name, "policies": [fields["policy"]]}
    rules = {"rules": fields["rules"]} if fields["rules"] else {}
    return {"name": record.name, "policy": fields["policy"], **rules}


def _hosts(cloud: CloudSession) -> int:
    """Return how many hosts take servers."""
    services = cloud.list("compute", "/os-services", "services", binary="nova-compute")
    up = [each for each in services if (each["status"], each["state"]) == ("enabled", "up")]
    return len([each for each in up if each["binary"] == "nova-compute"])


def _too_few_hosts(record: Record, needed: int, hosts: int, destination: TenantReader) -> Finding:
    return Finding(
        severity=BLOCK,
        sentence=f"Server group {record.name} keeps its {needed} servers on different hosts; "
        f"cloud {destination.cloud.name} has {hosts}.",
        fix=f"Add hosts there, or map server_group:{record.name}=skip: its servers boot without.",
    )
