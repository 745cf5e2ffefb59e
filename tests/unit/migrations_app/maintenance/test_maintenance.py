"""What maintenance records and starts, and how pages, API and migrations deal with it."""

import pytest
from django.test import Client
from django.utils import timezone

from dashboard.errors import BadInput, Conflict
from dashboard.hosts_app.models import Cloud
from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.models import Job
from dashboard.jobs.states import JobState, Phase
from dashboard.migrations_app.execution.maintenance_steps import around_rollback, with_maintenance
from dashboard.migrations_app.job_kinds.tenant_maintenance import TenantMaintenanceKind
from dashboard.migrations_app.maintenance.assignments import Actor, Assignment
from dashboard.migrations_app.maintenance.locks import open_maintenance, subject_in
from dashboard.migrations_app.maintenance.original_roles import original_roles
from dashboard.migrations_app.maintenance.read_only_role import Role
from dashboard.migrations_app.maintenance.recording import (
    Access,
    Kind,
    notes_about,
    role_changes,
    unchanged,
    write_ahead,
)
from dashboard.migrations_app.maintenance.starting import HARDENING, start_entering, start_leaving
from dashboard.migrations_app.models import (
    MaintenanceChange,
    Plan,
    Tenant,
    TenantMaintenance,
    subject_of,
)
from dashboard.migrations_app.planning.moves import Move
from dashboard.migrations_app.verbs.finalize import Finalize
from dashboard.migrations_app.verbs.plan import PlanMove
from tests.support import rows

READER = Role(id="reader", name="reader")
ALICE, GROUP, OPERATOR = "alice", "team", "operator"


def held(actor: str, role: str, *, kind: str = "user", origin: str = "") -> Assignment:
    return Assignment(
        actor=Actor(kind=kind, id=actor),
        actor_name=actor,
        role_id=role,
        role_name=role,
        origin=origin,
        found={kind: {"id": actor}, "role": {"id": role}},
    )


def changed(access: Access) -> list[tuple[str, str, str]]:
    changes = role_changes(access, READER)
    return [(kind.value, each.actor.id, each.role_id) for kind, each in changes]


def access_of(*own: Assignment, **more: object) -> Access:
    return Access(own=own, **{"kept": {OPERATOR: set()}, **more})  # type: ignore[arg-type]


def test_the_read_only_role_is_given_before_anything_is_taken():
    access = access_of(held(ALICE, "member"), held(ALICE, "admin"))
    assert changed(access) == [
        ("grant_role", ALICE, "reader"),
        ("revoke_role", ALICE, "member"),
        ("revoke_role", ALICE, "admin"),
    ]


def test_who_has_the_read_only_role_already_keeps_it_and_gets_no_second_one():
    access = access_of(held(ALICE, "reader"), held("bob", "reader"), held("bob", "member"))
    assert changed(access) == [("revoke_role", "bob", "member")]
    kept = unchanged(access, role_changes(access, READER))
    assert [(each.actor.id, each.role_id) for _, each in kept] == [
        (ALICE, "reader"),
        ("bob", "reader"),
    ]


def test_the_operator_keeps_what_he_had_himself_and_through_a_group():
    access = access_of(
        held(OPERATOR, "admin"), held(GROUP, "member", kind="group"), kept={OPERATOR: {GROUP}}
    )
    assert changed(access) == [
        ("grant_role", GROUP, "reader"),
        ("grant_role", OPERATOR, "member"),
        ("revoke_role", GROUP, "member"),
    ]


def test_what_is_inherited_is_covered_only_by_a_role_that_denies():
    inherited = [held("heir", "member", origin="domain Default")]
    assert changed(access_of(inherited=inherited)) == []
    assert changed(access_of(inherited=inherited, open_beside=[])) == [
        ("grant_role", "heir", "reader")
    ]


@pytest.mark.parametrize(
    ("open_beside", "effect"),
    [
        (None, "can still write here"),
        (["compute", "block_storage"], "can still write in compute and block storage"),
        ([], "cannot write either"),
    ],
)
def test_it_is_said_where_who_inherits_a_role_can_still_write(open_beside, effect):
    inherited = [held("heir", "member", origin="domain Default")]
    access = access_of(inherited=inherited, open_beside=open_beside)
    (note,) = notes_about(access, [], tenant="demo")
    assert effect in note


def test_each_way_of_access_that_stays_is_named():
    access = access_of(inherited=[held("heir", "member", origin="domain Default")])
    notes = notes_about(access, [held("chief", "admin"), held(OPERATOR, "admin")], tenant="demo")
    assert len(notes) == 2
    assert "member of user heir is inherited from domain Default: it can still write" in notes[0]
    assert "admin of user chief is for the whole domain" in notes[1]


@pytest.fixture
def clouds(db: None) -> tuple[Cloud, Cloud]:
    return rows.two_clouds()


@pytest.fixture
def tenant(clouds: tuple[Cloud, Cloud]) -> Tenant:
    return rows.tenant_of(clouds[0])


@pytest.fixture
def moved(tenant: Tenant, clouds: tuple[Cloud, Cloud]) -> Plan:
    plan = rows.plan_of(tenant, clouds[1], state=Plan.State.EXECUTED)
    rows.ledger_of(plan)
    plan.ledger_entries.filter(type="project").update(source_id=plan.tenant_id)
    plan.verified_at = timezone.now()
    plan.save()
    return plan


def maintenance_of(
    cloud: Cloud, project_id: str, *, state: str = "on", plan: Plan | None = None
) -> TenantMaintenance:
    return TenantMaintenance.objects.create(
        cloud=cloud,
        project_id=project_id,
        tenant_name="demo",
        state=state,
        role_id=READER.id,
        role_name=READER.name,
        entered_at=timezone.now(),
        plan=plan,
    )


def project_of(plan: Plan) -> str:
    return str(plan.ledger_entries.get(type="project").destination_id)


def end(job: Job, state: JobState) -> None:
    Job.objects.filter(pk=job.pk).update(state=state, active_subject=None)
    job.refresh_from_db()
    TenantMaintenanceKind().on_finished(job)


def test_recording_twice_records_once(tenant):
    maintenance = maintenance_of(tenant.cloud, tenant.project_id)
    changes = role_changes(access_of(held(ALICE, "member")), READER)
    write_ahead(maintenance, changes)
    write_ahead(maintenance, [*changes, (Kind.REVOKE_ROLE, held("bob", "member"))])
    assert maintenance.changes.count() == 3


def test_a_tenant_enters_by_the_stages_that_were_asked_for(tenant):
    steps = [*start_entering(tenant).steps.values_list("action", flat=True)]
    assert not set(HARDENING) & set(steps)
    other = rows.tenant_of(tenant.cloud, "shop")
    more = start_entering(other, hardening=HARDENING).steps.values_list("action", flat=True)
    assert set(more) - set(steps) == set(HARDENING)


def test_maintenance_and_a_plan_of_one_tenant_exclude_each_other(tenant, clouds):
    start_entering(tenant)
    with pytest.raises(Conflict, match="into maintenance"):
        PlanMove().start(Move(tenant=tenant, destination=clouds[1]))
    assert not Plan.objects.exists()


def test_a_moved_tenant_is_the_same_subject_on_both_clouds(moved):
    assert subject_in(moved.destination, project_of(moved)) == moved.subject
    assert subject_in(moved.destination, "elsewhere") == subject_of("elsewhere")


def test_a_tenant_in_maintenance_cannot_enter_again_and_one_outside_cannot_leave(tenant):
    maintenance = maintenance_of(tenant.cloud, tenant.project_id)
    with pytest.raises(BadInput, match="in maintenance"):
        start_entering(tenant)
    maintenance.state = TenantMaintenance.State.LEFT
    with pytest.raises(BadInput, match="is not in maintenance"):
        start_leaving(maintenance)
    assert not Job.objects.exists()


def test_entering_that_recorded_nothing_is_over_and_may_be_tried_anew(tenant):
    end(start_entering(tenant), JobState.FAILED)
    assert open_maintenance(tenant.cloud, tenant.project_id) is None
    assert start_entering(tenant)


def test_entering_that_was_broken_off_later_can_be_left(tenant):
    job = start_entering(tenant)
    maintenance = open_maintenance(tenant.cloud, tenant.project_id)
    assert maintenance is not None
    write_ahead(maintenance, [(Kind.REVOKE_ROLE, held(ALICE, "member"))])
    end(job, JobState.CANCELLED)
    assert start_leaving(maintenance).params["to"] == "leave"


@pytest.mark.parametrize(
    ("to", "name"), [("enter", "tenant.entered_maintenance"), ("leave", "tenant.left_maintenance")]
)
def test_what_has_happened_is_an_event(tenant, to, name):
    job = start_entering(tenant)
    job.state, job.params = JobState.DONE, {**job.params, "to": to}
    event = TenantMaintenanceKind().event(job)
    assert event is not None
    assert event.name == name
    assert "demo of old" in event.sentence


def test_a_tenant_in_maintenance_is_read_as_it_was_before(tenant):
    maintenance = maintenance_of(tenant.cloud, tenant.project_id)
    write_ahead(maintenance, role_changes(access_of(held(ALICE, "member")), READER))
    restore = original_roles(tenant.cloud, tenant.project_id)
    assert restore is not None
    others = held("bob", "reader").found
    assert restore([held(ALICE, "reader").found, others]) == [others, held(ALICE, "member").found]


def test_roles_that_were_given_back_are_not_read_twice(tenant):
    maintenance = maintenance_of(tenant.cloud, tenant.project_id, state="leaving")
    write_ahead(maintenance, role_changes(access_of(held(ALICE, "member")), READER))
    MaintenanceChange.objects.update(state=MaintenanceChange.State.DONE)
    restore = original_roles(tenant.cloud, tenant.project_id)
    assert restore is not None
    assert restore([held(ALICE, "member").found]) == [held(ALICE, "member").found]


def steps_of_move() -> list[StepSpec]:
    return [
        StepSpec(key="project", action="create", title=""),
        StepSpec(key="user", action="create", title="", needs=["project"]),
        StepSpec(key="settled", action="settled", title="", phase=Phase.COMPLETE, after=["user"]),
        StepSpec(
            key="password",
            action="restore_password",
            title="",
            phase=Phase.COMPLETE,
            after=["user"],
        ),
    ]


def test_a_move_enters_first_and_people_log_in_only_after_the_destination_is_held(moved):
    moved.options["maintenance"] = "while_moving"
    steps = with_maintenance(moved, steps_of_move(), barrier="settled")
    after = {step.action if step.group == "project" else step.key: step.after for step in steps}
    assert after["project"] == ["maintenance:enter_source"]
    assert after["enter_destination"] == ["settled"]
    assert "maintenance:enter_destination" in after["password"]
    assert set(after["leave_source"]) == {"maintenance:enter_destination", "password"}


def test_a_move_that_holds_until_finalize_does_not_leave_by_itself(moved):
    moved.options["maintenance"] = "until_finalized"
    steps = with_maintenance(moved, steps_of_move(), barrier="settled")
    assert "leave_source" not in {step.action for step in steps}


def test_a_move_without_the_option_has_no_such_step(moved):
    assert with_maintenance(moved, steps_of_move(), barrier="settled") == steps_of_move()


def test_a_rollback_leaves_the_destination_first_and_the_source_when_all_has_returned(moved):
    maintenance_of(moved.destination, project_of(moved), plan=moved)
    maintenance_of(moved.source, moved.tenant_id, plan=moved)
    returning = StepSpec(key="return", action="stop", title="", params={"returns": True})
    removing = StepSpec(key="undo", action="create", title="")
    steps = around_rollback(moved, [returning, removing])
    assert [each.action for each in steps] == [
        *("leave_destination", "stop", "create", "leave_source")
    ]
    assert [[*each.after] for each in steps[1:]] == [
        *([], ["maintenance:leave_destination"], ["return"])
    ]


def test_a_rollback_leaves_the_source_in_maintenance_that_others_asked_for(moved):
    maintenance_of(moved.source, moved.tenant_id)
    assert len(around_rollback(moved, [StepSpec(key="undo", action="create", title="")])) == 1


def test_no_plan_is_finalized_while_people_are_kept_out_of_its_copy(moved):
    maintenance_of(moved.destination, project_of(moved))
    with pytest.raises(BadInput, match="demo of new is in maintenance"):
        Finalize().start(moved, confirmation=moved.tenant_name)


def test_the_pages_show_since_when_and_let_an_operator_leave(tenant, client: Client):
    maintenance = maintenance_of(tenant.cloud, tenant.project_id)
    maintenance.entered_by = rows.user_with("operator")
    maintenance.notes = ["member of user heir is inherited."]
    maintenance.save()
    client.force_login(maintenance.entered_by)
    page = client.get(tenant.get_absolute_url()).content.decode()
    for words in ("In maintenance", "started by operator", "heir is inherited", "Leave"):
        assert words in page
    address = f"{tenant.get_absolute_url()}maintenance/leave/"
    assert client.post(address).status_code == 302
    assert Job.objects.get().params["to"] == "leave"


def test_a_viewer_sees_the_banner_and_no_button(tenant, client: Client):
    maintenance_of(tenant.cloud, tenant.project_id)
    client.force_login(rows.user_with("viewer"))
    page = client.get(tenant.get_absolute_url()).content.decode()
    assert "In maintenance" in page
    assert "Leave maintenance" not in page
    assert client.post(f"{tenant.get_absolute_url()}maintenance/leave/").status_code == 403


def test_the_page_starts_what_its_form_says(tenant, client: Client):
    client.force_login(rows.user_with("operator"))
    form = {"keep": "carol, dave", "hardening": ["lock_servers"]}
    client.post(f"{tenant.get_absolute_url()}maintenance/enter/", form)
    options = TenantMaintenance.objects.get().options
    assert options == {"keep": ["carol", "dave"], "hardening": ["lock_servers"], "role": ""}


def test_the_api_enters_shows_and_leaves(tenant, client: Client):
    client.force_login(rows.user_with("operator"))
    address = f"/api/tenants/{tenant.pk}/"
    assert client.get(f"{address}maintenance/").status_code == 404
    body = {"hardening": ["freeze_quotas"]}
    entered = client.post(f"{address}enter-maintenance/", body, content_type="application/json")
    assert entered.status_code == 202
    again = client.post(f"{address}enter-maintenance/", {}, content_type="application/json")
    assert again.status_code == 409
    shown = client.get(f"{address}maintenance/").json()
    assert (shown["state"], shown["options"]["hardening"]) == ("entering", ["freeze_quotas"])
    Job.objects.update(state=JobState.FAILED, active_subject=None)
    assert client.post(f"{address}leave-maintenance/").status_code == 202


def test_the_api_refuses_a_viewer(tenant, client: Client):
    client.force_login(rows.user_with("viewer"))
    assert client.post(f"/api/tenants/{tenant.pk}/enter-maintenance/").status_code == 403
