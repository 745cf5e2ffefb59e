"""Domains: that of the project, and those of its users and groups."""

from collections.abc import Iterable

from typing_extensions import override

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.identity.common.domain_contents import content_of_domain
from dashboard.migrations_app.resources.identity.common.keystone import KeystoneResource
from dashboard.migrations_app.resources.identity.common.resource_options import (
    make_changeable,
    option_losses,
    options_to_set,
    without_options,
)
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import ADOPT, MAP, MARKER, Decision, Loss, Record
from dashboard.migrations_app.resources.work import Work

_CREATE = "create"


class Domain(KeystoneResource):
    """A Keystone domain. One of the same name is used; a missing one is created if asked for."""

    name = "domain"
    plural = "domains"
    is_shareable = True
    choice = "name or id of a domain there; or create"
    copied = ("name", "description", "enabled", "tags", "options")
    own = ("id", "links", MARKER)

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        listed = {each["id"]: each for each in reader.list("identity", "/domains", "domains")}
        for domain_id in _domains_of(reader):
            yield self.record(listed[domain_id])

    @override
    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        name = record.name if choice in ("", _CREATE) else choice
        for domain in reader.list("identity", "/domains", "domains"):
            if name in (domain["name"], domain["id"]):
                action = MAP if name != record.name else ADOPT
                return Decision(action=action, destination_id=domain["id"])
        if choice == _CREATE:
            return Decision(losses=[*option_losses(record, reader), *_enabled_losses(record)])
        return Decision(
            problem=f"Cloud {reader.cloud.name} has no domain {name!r}.",
            fix=f"Map domain:{record.name} to a domain that it has, or have it created: "
            f"domain:{record.name}={_CREATE}. Then plan again.",
        )

    @override
    def body(self, work: Work) -> Json:
        """Return an enabled domain: nobody can log in to one that is disabled."""
        return {**without_options(super().body(work)), "enabled": True}

    @override
    def complete(self, work: Work) -> None:
        """Put the source's description in place of the marker, and set the options."""
        make_changeable(work.destination, self, work.destination_id)
        super().complete(work)
        if options := options_to_set(work, self):
            self.change(work, options=options)

    @override
    def namesake(self, work: Work) -> str | None:
        """Return the domain of that name, which is left unchanged."""
        found = work.destination.list("identity", "/domains", "domains", name=work.record.name)
        return next((str(each["id"]) for each in found), None)

    @override
    def used_by_others(self, work: Work) -> str:
        return content_of_domain(work)

    @override
    def remove(self, work: Work) -> None:
        """Disable the domain and delete it: Keystone deletes no domain that is enabled."""
        path = f"/domains/{work.destination_id}"
        if work.destination.find("identity", path):
            make_changeable(work.destination, self, work.destination_id)
            self.change(work, enabled=False)
        work.destination.delete("identity", path)


def _domains_of(reader: TenantReader) -> list[str]:
    """Return the ids of the domains of the project, its users and its groups."""
    *_, (_, own, _) = reader.scopes_above
    assigned = (*reader.role_assignments, *reader.group_assignments)
    actors = [each.get("user") or each["group"] for each in assigned]
    members = [user for group_id in reader.groups for user in reader.members_of(group_id)]
    others = {actor["domain"]["id"] for actor in actors}
    others |= {user["domain_id"] for user in members if user["id"] in reader.users}
    return [*dict.fromkeys([own, *sorted(others)])]


def _enabled_losses(record: Record) -> Iterable[Loss]:
    if record.fields.get("enabled") is False:
        reason = "It is created enabled: nobody could move anything into it. Disable it afterwards."
        yield Loss(field="enabled", value=False, reason=reason)
