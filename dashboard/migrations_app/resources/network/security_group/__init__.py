"""Security groups: first all groups, then their rules, because rules name other groups."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from typing_extensions import override

from dashboard.clients.openstack import Json
from dashboard.errors import NeedsOperator
from dashboard.migrations_app.resources.network.common.neutron import NEUTRON_OWN, NeutronResource
from dashboard.migrations_app.resources.network.common.nova_network import DEFAULT_RULES
from dashboard.migrations_app.resources.network.common.tenant_network import (
    DEFAULT_GROUP,
    migratable_ports,
)
from dashboard.migrations_app.resources.network.security_group.adding import (
    add_rules,
    wanted_rules,
)
from dashboard.migrations_app.resources.network.security_group.rules import (
    ADDRESS_GROUP,
    RULES,
    lost_rules,
    marked,
    migrated_rules,
    remote_groups,
    rule_key,
    rule_sentence,
    translated,
    without_groups,
)
from dashboard.migrations_app.resources.network.security_group.uses import use_by_others
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    ADOPT,
    CREATE,
    Decision,
    DecisionLookup,
    Difference,
    FoundBy,
    IdLookup,
    LeftOut,
    Loss,
    Record,
    Ref,
    Stage,
)
from dashboard.migrations_app.resources.work import Work


class SecurityGroup(NeutronResource):
    """A security group with its rules, the project's default group included."""

    name = "security_group"
    plural = "security groups"
    is_shareable = True
    # the name, for the default group of a project; the others have a marker
    found_by = FoundBy.LEDGER
    extension = "security-group"
    collection = "security-groups"
    singular = "security_group"
    needs = ("project", "address_group")
    does_without = ("security_group", "address_group")
    copied = ("name", "description", "stateful", "tags", RULES)
    own = (*NEUTRON_OWN, "shared")
    lost = {"default_rules": DEFAULT_RULES}
    stages = (
        Stage(name="create", verb="Create"),
        Stage(name="rules", verb="Set the rules of"),
    )
    ready = "rules"

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Return the tenant's groups, and those of other projects that its ports or rules use."""
        own = reader.owned("/security-groups", "security_groups")
        used = {id_ for port in migratable_ports(reader) for id_ in port["security_groups"]}
        used |= {remote for group in own for remote in remote_groups(group[RULES])}
        used -= {group["id"] for group in own}
        others = reader.matching("/security-groups", "security_groups", "id", used)
        rules = [rule for group in (*own, *others) for rule in group[RULES]]
        named = remote_groups(rules, ADDRESS_GROUP)
        addresses = reader.matching("/address-groups", "address_groups", "id", named)
        known = {group["id"] for group in (*own, *others, *addresses)}
        for group in (*own, *others):
            fields = {**group, RULES: marked(group[RULES], known)}
            yield self.record(fields, shared=group["id"] in used)

    @override
    def resolve_dependencies(
        self, record: Record, decision: Decision, decision_of: DecisionLookup
    ) -> Decision:
        """Note that the project is adopted: its default group must not be emptied or deleted."""
        project = decision_of("project", record.fields["project_id"])
        if decision.action == CREATE and project and project.action == ADOPT:
            return replace(decision, resolution={**decision.resolution, "adopted": True})
        return decision

    @override
    def serves(self, record: Record, kept: Collection[tuple[str, str]]) -> bool:
        """Return whether it is the default group of a project that stays: Neutron needs it."""
        is_default = record.name == DEFAULT_GROUP and not record.shared
        return is_default and ("project", record.fields["project_id"]) in kept

    @override
    def requires(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        """Return also every group that the rules name."""
        rules = migrated_rules(record.fields)
        remotes = sorted(remote_groups(rules) - {record.id})
        groups = [Ref(self.name, group_id, "create") for group_id in remotes]
        project = super().requires(record, reader)["create"]
        addresses = [Ref("address_group", id_) for id_ in remote_groups(rules, ADDRESS_GROUP)]
        # a rollback deletes the rules with their group, before the address groups that they name
        return {"create": [*project, *addresses], "rules": groups}

    @override
    def without(
        self, record: Record, left_out: LeftOut, reader: TenantReader
    ) -> tuple[Record, Sequence[Loss]]:
        """Mark the rules that name a group which is left out: they are lost rules."""
        rules = without_groups(record.fields[RULES], left_out)
        return replace(record, fields={**record.fields, RULES: rules}), ()

    @override
    def losses(self, record: Record, reader: TenantReader) -> Iterable[Loss]:
        """Return also rules that cannot be migrated, and what changes for groups of others."""
        yield from super().losses(record, reader)
        for rule in lost_rules(record.fields):
            reason = "The rule names a group that does not move."
            yield Loss(field="rule", value=rule_sentence(rule), reason=reason)
        if record.shared:
            reason = "The group of another project becomes the tenant's own."
            yield Loss(field="project_id", value=record.fields["project_id"], reason=reason)
        if record.shared and record.name == DEFAULT_GROUP:
            reason = "A project has one default group only: this one is created as an ordinary one."
            yield Loss(field="name", value=DEFAULT_GROUP, reason=reason)

    @override
    def find(self, work: Work) -> str | None:
        """Look for the marker, or for the default group, of which a project has one."""
        return self._first(work, name=DEFAULT_GROUP) if _is_default(work) else super().find(work)

    @override
    def is_marked(self, work: Work) -> bool:
        """Return True: the default group belongs to the project, which is ours or adopted."""
        return True

    @override
    def create(self, work: Work) -> str:
        """Create the group; Neutron creates the default one itself when groups are listed."""
        if not _is_default(work):
            return super().create(work)
        group_id = self._first(work, name=DEFAULT_GROUP)
        if group_id is None:
            raise NeedsOperator(
                f"Cloud {work.destination.name} has no default group for the project.",
                fix="Check the log of its Neutron, then retry.",
            )
        return group_id

    @override
    def body(self, work: Work) -> Json:
        """Return everything but the rules, which come later."""
        body = {name: value for name, value in super().body(work).items() if name != RULES}
        if work.record.name == DEFAULT_GROUP:
            body["name"] = f"{DEFAULT_GROUP} of {work.record.fields['project_id']}"
        return body

    @override
    def complete(self, work: Work) -> None:
        """Leave a default group that existed before as it is."""
        if not _is_kept(work):
            super().complete(work)

    @override
    def describe(self, work: Work) -> None:
        """Leave the marker to the stage ``rules``, which changes the group anyway."""

    def rules(self, work: Work) -> None:
        """Make the rules equal to the source's: delete what it does not have, add the rest."""
        there = {rule_key(rule): rule["id"] for rule in self._completed(work)[RULES]}
        wanted = {rule_key(rule): rule for rule in wanted_rules(work)}
        if not _is_kept(work):
            self._delete(work, [there[key] for key in there.keys() - wanted.keys()])
        elif "rules_before" not in work.stage_data:
            work.save(rules_before=[*there.values()])
        add_rules(work, [wanted[key] for key in wanted if key not in there])

    def undo_rules(self, work: Work) -> None:
        """Delete our rules from a default group that existed before."""
        before = work.stage_data.get("rules_before")
        if before is not None:
            now = [rule["id"] for rule in self._get(work)[RULES]]
            self._delete(work, [rule_id for rule_id in now if rule_id not in before])

    @override
    def is_of_destination(self, name: str, resolution: Mapping[str, Any]) -> bool:
        """Return whether it is the default group of an adopted project."""
        return name == DEFAULT_GROUP and bool(resolution.get("adopted"))

    @override
    def used_by_others(self, work: Work) -> str:
        return use_by_others(work)

    @override
    def remove(self, work: Work) -> None:
        """Delete the group; unlike a tenant, an operator may delete a default group."""
        if not _is_kept(work):
            super().remove(work)

    def _completed(self, work: Work) -> Json:
        """Complete the group itself and return it with its rules as they are."""
        if _is_kept(work):
            return self._get(work)
        body = self.completion(work)
        if _is_default(work) and work.record.fields.get("stateful") is False:
            body["stateful"] = False
        return self._put(work, body)

    def _get(self, work: Work) -> Json:
        path = f"/{self.collection}/{work.destination_id}"
        return work.destination.get("network", path, self.singular)

    def _delete(self, work: Work, rule_ids: Iterable[str]) -> None:
        for rule_id in rule_ids:
            work.destination.delete("network", f"/security-group-rules/{rule_id}")

    @override
    def comparable(self, fields: Mapping[str, Any], translate: Callable[[str, str], str]) -> Json:
        """Return the rules as sentences, with the destination's ids of remote groups."""
        rules = [translated(rule, translate) for rule in migrated_rules(fields)]
        return {**fields, RULES: [rule_sentence(rule) for rule in rules]}

    @override
    def differences(
        self,
        source: Record,
        destination: Record,
        destination_id_of: IdLookup,
    ) -> Iterable[Difference]:
        """Return a difference for each rule that only one side has."""
        for found in super().differences(source, destination, destination_id_of):
            if found.field != RULES:
                yield found
                continue
            for rule in sorted({*found.source} - {*found.destination}):
                yield Difference(field=RULES, source=rule, destination=None)
            for rule in sorted({*found.destination} - {*found.source}):
                yield Difference(field=RULES, source=None, destination=rule)


def _is_default(work: Work) -> bool:
    return work.record.name == DEFAULT_GROUP and not work.record.shared


def _is_kept(work: Work) -> bool:
    return _is_default(work) and bool(work.resolution.get("adopted"))
