"""When a tenant may enter maintenance and leave it."""

import pytest

from dashboard.errors import BadInput, Conflict
from dashboard.jobs.models import Job
from dashboard.jobs.states import JobState
from dashboard.migrations_app.job_kinds.tenant_maintenance import TenantMaintenanceKind
from dashboard.migrations_app.maintenance.locks import open_maintenance, subject_in
from dashboard.migrations_app.maintenance.recording import (
    Kind,
    write_ahead,
)
from dashboard.migrations_app.maintenance.starting import HARDENING, start_entering, start_leaving
from dashboard.migrations_app.models import (
    Plan,
    TenantMaintenance,
    subject_of,
)
from dashboard.migrations_app.planning.moves import Move
from dashboard.migrations_app.verbs.plan import PlanMove
from tests.support import rows
from tests.support.maintenances import (
    ALICE,
    held,
    maintenance_of,
    project_of,
)


def end(job: Job, state: JobState) -> None:
    Job.objects.filter(pk=job.pk).update(state=state, active_subject=None)
    job.refresh_from_db()
    TenantMaintenanceKind().on_finished(job)


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


def test_entering_that_recorded_nothing_is_over_and_may_be_retried(tenant):
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
