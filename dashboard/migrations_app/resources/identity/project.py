"""The tenant itself: a Keystone project."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from typing_extensions import override

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.identity.common.assignment_ids import assignment_id
from dashboard.migrations_app.resources.identity.common.default_projects import (
    DEFAULT_OF,
    default_of,
    give_default_project,
    take_default_project,
    with_earlier_users,
)
from dashboard.migrations_app.resources.identity.common.domains import domain_refs, domain_there
from dashboard.migrations_app.resources.identity.common.keystone import (
    KeystoneResource,
    name_losses,
)
from dashboard.migrations_app.resources.identity.common.parents import (
    PARENT_NAME,
    decided_parent,
    parent_of,
)
from dashboard.migrations_app.resources.identity.common.project_contents import (
    content_of_others,
)
from dashboard.migrations_app.resources.identity.common.resource_options import (
    make_changeable,
    option_losses,
    options_to_set,
    without_options,
)
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    ADOPT,
    COMPLETE,
    EVERYTHING,
    MARKER,
    Decision,
    DecisionLookup,
    Record,
    Ref,
    Stage,
)
from dashboard.migrations_app.resources.storage.common.image_keys import images_by_secret
from dashboard.migrations_app.resources.work import Work


class Project(KeystoneResource):
    """A Keystone project, in which the operator has a temporary role while the tenant moves."""

    name = "project"
    plural = "projects"
    choice = "adopt, to use the project of the same name there; or another name"
    needs = ("domain",)
    copied = ("name", "description", "enabled", "tags", "options")
    mapped = {"parent_id": "project"}
    own = ("id", "domain_id", "links", PARENT_NAME, DEFAULT_OF, MARKER)
    lost = {
        "is_domain": "Keystone makes only new domains act as projects; the copy is an ordinary "
        "project.",
    }
    stages = (
        Stage(name="create", verb="Create"),
        Stage(
            name="enter",
            verb="Grant the operator a temporary role in",
            for_adopted=True,
            repeated=True,
        ),
        Stage(
            name="leave",
            verb="Revoke the operator's temporary role in",
            phase=COMPLETE,
            soft=True,
            for_adopted=True,
            repeated=True,
        ),
    )
    ready = "enter"

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        users = {DEFAULT_OF: default_of(reader)}
        yield self.record({**reader.project, **parent_of(reader.project, reader), **users})

    @override
    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        """Create the project; where one of its name exists, the operator must choose."""
        domain_id = domain_there(record, reader)
        name = record.name if choice in ("", "adopt") else choice
        query = {"name": name, "domain_id": domain_id}
        existing = reader.list("identity", "/projects", "projects", **query) if domain_id else []
        if not existing:
            resolution = {"name": name}
            losses = [*name_losses(record, name), *option_losses(record, reader)]
            decision = Decision(resolution=resolution, losses=losses)
            return decided_parent(record, decision, domain_id, reader)
        if choice == "adopt":
            return Decision(
                action=ADOPT, destination_id=existing[0]["id"], resolution={"adopted": True}
            )
        return Decision(
            problem=f"Cloud {reader.cloud.name} already has a project {name!r}.",
            fix=f"Map project:{record.name}=adopt to use it, or choose another name.",
        )

    @override
    def resolve_dependencies(
        self, record: Record, decision: Decision, decision_of: DecisionLookup
    ) -> Decision:
        """Add the users who moved before and whose default project it is."""
        return with_earlier_users(record, decision, decision_of)

    @override
    def requires(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        return {"create": domain_refs(record)}

    @override
    def follows(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        """Return everything for the operator's leaving.

        What has a secret is named by itself: a rollback lets the operator in again before that.
        """
        secrets = [Ref("secret", id_) for id_ in images_by_secret(reader)]
        volumes = (volume["id"] for volume in reader.volumes if volume.get("encrypted"))
        encrypted = [Ref("volume", id_, "create") for id_ in volumes]
        return {"leave": [Ref(EVERYTHING, ""), *secrets, *encrypted]}

    @override
    def body(self, work: Work) -> Json:
        """Return an enabled project: a disabled one lets nobody in, not even the operator.

        Its options follow when all is done: one of them forbids every later change.
        """
        return {**without_options(super().body(work)), "enabled": True}

    @override
    def used_by_others(self, work: Work) -> str:
        return content_of_others(work)

    def enter(self, work: Work) -> None:
        """Grant the operator the role for acting in the project where no owner can.

        The operator may have that role already in an adopted project, and keeps it then.
        """
        cloud = work.destination
        role_id = _operator_role(cloud.roles)
        if work.resolution.get("adopted") and role_id in _held_roles(work):
            return
        work.save(temporary_role=role_id)
        cloud.put("identity", _grant_path(work, role_id))

    def undo_enter(self, work: Work) -> None:
        """Revoke the temporary role."""
        if role_id := work.stage_data.get("temporary_role"):
            work.destination.delete("identity", _grant_path(work, role_id))
            work.save(temporary_role="")

    @override
    def leftovers(self, stage_data: Mapping[str, Any]) -> Iterable[str]:
        if stage_data.get("temporary_role"):
            yield "the operator's temporary role in it revoked"

    def leave(self, work: Work) -> None:
        """Revoke the temporary role; disable the project, and set its options, as in the source.

        An operator who has that role in the source's project keeps it. Users who moved before get
        it as their default project.
        """
        give_default_project(work)
        if not self._is_of_the_tenant(work):
            self.undo_enter(work)
        if work.resolution.get("adopted"):
            return
        fields = work.record.fields
        wanted: Json = {"enabled": False} if fields.get("enabled") is False else {}
        if options := options_to_set(work, self):
            wanted["options"] = options
        if wanted:
            make_changeable(work.destination, self, work.destination_id)
            self.change(work, **wanted)

    def _is_of_the_tenant(self, work: Work) -> bool:
        role_id = work.stage_data.get("temporary_role", "")
        assigned = assignment_id(work.destination.user_id, role_id, work.destination_id)
        return work.is_copy("role_assignment", assigned)

    def undo_leave(self, work: Work) -> None:
        """Enter the project again as the operator: what its services keep is removed there."""
        take_default_project(work)
        if work.destination.find("identity", f"/projects/{work.destination_id}"):
            if not work.resolution.get("adopted") and work.record.fields.get("enabled") is False:
                make_changeable(work.destination, self, work.destination_id)
                self.change(work, enabled=True)
            self.enter(work)

    @override
    def remove(self, work: Work) -> None:
        make_changeable(work.destination, self, work.destination_id)
        super().remove(work)

    @override
    def finalize(self, work: Work) -> None:
        make_changeable(work.source, self, work.record.id)
        work.source.delete("identity", f"/projects/{work.record.id}")


def _held_roles(work: Work) -> set[str]:
    """Return the ids of the roles that the operator has in the project."""
    held = work.destination.list(
        "identity",
        "/role_assignments",
        "role_assignments",
        **{"scope.project.id": work.destination_id, "user.id": work.destination.user_id},
    )
    return {assignment["role"]["id"] for assignment in held}


def _operator_role(roles: Mapping[str, str]) -> str:
    """Return the id of the account's own admin role, or of whichever role it has."""
    named = {name: role_id for role_id, name in roles.items()}
    return named.get("admin") or next(iter(roles))


def _grant_path(work: Work, role_id: str) -> str:
    user_id = work.destination.user_id
    return f"/projects/{work.destination_id}/users/{user_id}/roles/{role_id}"
