"""The roles of a tenant in maintenance, as they were before it."""

from dashboard.migrations_app.maintenance.original_roles import original_roles
from dashboard.migrations_app.maintenance.recording import (
    role_changes,
    write_ahead,
)
from dashboard.migrations_app.models import (
    MaintenanceChange,
)
from tests.support.maintenances import ALICE, READER, access_of, held, maintenance_of


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
