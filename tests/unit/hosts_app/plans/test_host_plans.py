"""A plan for a host is started once, by its name, and only with nothing in the way."""

import pytest

from dashboard.errors import BadInput, Conflict
from dashboard.hosts_app.models import Host, HostPlan
from dashboard.hosts_app.plans.host_action import all_host_actions
from dashboard.hosts_app.plans.host_plans import start_host_action
from dashboard.jobs.models import Job
from tests.support import rows
from tests.support.host_rows import host_of, plan_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def host() -> Host:
    return host_of(rows.two_clouds()[0], "c1")


@pytest.mark.parametrize("name", all_host_actions())
def test_no_action_starts_under_another_name(
    host: Host, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    action = all_host_actions()[name]
    monkeypatch.setattr(action, "to_type", lambda _plan: "what must be typed")
    plan = HostPlan.objects.create(
        cloud=host.cloud, host=host.name, action=name, state=HostPlan.State.READY
    )
    with pytest.raises(BadInput) as refused:
        start_host_action(plan, confirmation=host.name)
    assert refused.value.sentence == "'c1' is not 'what must be typed', so nothing was done."
    assert refused.value.fix == "Type what must be typed to confirm."
    plan.refresh_from_db()
    assert plan.state == HostPlan.State.READY and not Job.objects.exists()


def test_a_plan_with_something_in_the_way_is_not_started(host: Host) -> None:
    plan = plan_for(host, HostPlan.State.REFUSED)
    with pytest.raises(BadInput, match="last host") as refused:
        start_host_action(plan, confirmation=host.name)
    assert "(1 more in the plan.)" in refused.value.sentence
    assert not Job.objects.filter(kind="evacuate").exists()


def test_a_plan_is_started_once(host: Host) -> None:
    plan = plan_for(host, HostPlan.State.READY)
    job = start_host_action(plan, confirmation=host.name)
    assert job.params["host_plan"] == plan.pk
    with pytest.raises(Conflict, match="was started before"):
        start_host_action(plan, confirmation=host.name)
