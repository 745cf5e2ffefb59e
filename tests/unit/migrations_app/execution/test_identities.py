"""As whom Pumphouse acts on the destination: the owner while that is possible, else itself."""

from typing import Any

import pytest

from dashboard.jobs.kinds import StepContext
from dashboard.migrations_app.execution import identities, passwords
from dashboard.migrations_app.execution.identities import Identities
from dashboard.migrations_app.execution.work import ItemWork
from dashboard.migrations_app.models import LedgerEntry, Plan, PlanItem
from tests.support import rows

pytestmark = pytest.mark.django_db

CONTEXT = StepContext(
    log=lambda *_, **__: None, progress=lambda *_: None, check=lambda: None, resumed=False
)


@pytest.fixture
def plan() -> Plan:
    old, new = rows.two_clouds()
    return Plan.objects.create(source=old, destination=new, tenant_id="t", tenant_name="demo")


@pytest.fixture
def work(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> ItemWork:
    """The move of a member of the project, whom the plan has just created."""
    monkeypatch.setattr(identities, "connect", lambda cloud: cloud)
    item = PlanItem.objects.create(
        plan=plan, ordinal=1, type="user", source_id="u", fields={"role_names": ["member"]}
    )
    entry = LedgerEntry.objects.create(
        source_cloud=plan.source,
        destination_cloud=plan.destination,
        plan=plan,
        type="user",
        source_id="u",
        destination_id="v",
        state=LedgerEntry.State.PRESENT,
    )
    work = ItemWork(item, entry, CONTEXT)
    work.identities = Identities(plan)
    return work


def can_impersonate(plan: Plan) -> bool:
    return Identities(plan).can_impersonate("u")


def test_a_user_is_impersonated_from_its_creation_until_its_password_is_restored(
    plan: Plan, work: ItemWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not can_impersonate(plan)
    work.temporary_password()
    assert can_impersonate(plan)

    def copy_hash(*_: Any, **__: Any) -> bool:
        # a crash from here on must find it noted already
        assert not can_impersonate(plan)
        return True

    monkeypatch.setattr(passwords, "copy_hash", copy_hash)
    work.restore_password()
    assert not can_impersonate(plan)


@pytest.mark.parametrize(("role_names", "may"), [(["reader"], False), (["reader", "member"], True)])
def test_a_reader_is_not_impersonated_because_it_could_create_nothing(
    plan: Plan, work: ItemWork, role_names: list[str], may: bool
) -> None:
    PlanItem.objects.update(fields={"role_names": role_names})
    work.temporary_password()
    assert can_impersonate(plan) is may


def test_a_user_that_was_there_before_is_not_impersonated(plan: Plan, work: ItemWork) -> None:
    work.temporary_password()
    LedgerEntry.objects.update(origin=LedgerEntry.Origin.ADOPTED)
    assert not can_impersonate(plan)
