"""What a plan says beforehand: bytes, and times by what was measured between the same clouds."""

from datetime import timedelta

import pytest
from django.utils import timezone

from dashboard.jobs.models import Step
from dashboard.jobs.states import JobState, Phase
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.planning.prediction import predicted
from tests.support import rows

pytestmark = pytest.mark.django_db

MIB = 1024**2


@pytest.fixture
def plan() -> Plan:
    """Return a plan of a server with a disk and a volume, and of a volume of its own."""
    old, new = rows.two_clouds()
    plan = rows.plan_of(rows.tenant_of(old), new)
    plan.items.all().delete()
    add(plan, "server", "web", ahead=0, cutover=100 * MIB)
    add(plan, "volume", "data", ahead=0, cutover=300 * MIB, server_ids=["web"])
    add(plan, "volume", "alone", ahead=400 * MIB, cutover=0, server_ids=[])
    return plan


def add(
    plan: Plan, type_name: str, id_: str, *, ahead: int, cutover: int, **fields: object
) -> None:
    name = fields.pop("path", "glance")
    path = {"name": name, "why": "", "ahead": ahead, "cutover": cutover}
    plan.items.create(
        ordinal=plan.items.count(),
        type=type_name,
        source_id=id_,
        name=id_,
        fields=fields,
        resolution={"data_path": path},
    )


def moved(plan: Plan, *, seconds: int, size: int, down: int) -> None:
    """Store that a server was moved: copied for so many seconds, down for so many in all."""
    job, now = rows.job_of(plan, JobState.DONE), timezone.now()
    Step.objects.filter(job=job).delete()
    for number, (action, begin, end) in enumerate(
        [
            ("hook", -60, 0),  # called before the halt
            ("stop", 0, 1),
            ("transfer", 1, 1 + seconds),
            ("create", 1 + seconds, down),
        ]
    ):
        Step.objects.create(
            **{"job": job, "key": f"server:x:{action}", "action": action, "title": action},
            **{"ordinal": number, "phase": Phase.CUTOVER, "state": "done", "chain": "x"},
            **{"group": "server", "params": {"item": plan.items.get(name="web").pk}},
            opens_chain=action == "hook",
            started_at=now + timedelta(seconds=begin),
            finished_at=now + timedelta(seconds=end),
            progress_unit="bytes" if action == "transfer" else "",
            progress_done=size if action == "transfer" else 0,
        )


def test_without_an_earlier_copy_only_the_bytes_are_told(plan):
    found = predicted(plan)
    assert (found.ahead, found.cutover) == (400 * MIB, 400 * MIB)
    assert found.copying_seconds is found.downtime_seconds is None
    assert str(found).endswith("No copy between these clouds has been measured yet.")


def test_times_are_those_of_earlier_copies_and_of_what_servers_took_beside(plan):
    moved(plan, seconds=10, size=200 * MIB, down=16)
    found = predicted(plan)
    assert found.measured.rate == 20 * MIB
    # its 16 seconds without the 10 of its disk, of which half counts for 300 MiB as well
    assert found.downtime_seconds == pytest.approx(6 + (5 + 5) + (5 + 15))
    assert found.unmeasured == []
    # 800 MiB in three copies at once
    assert found.copying_seconds == pytest.approx(800 / 20 / 3)
    assert "At 20.0" in str(found) and "down for 36 s at most" in str(found)


def test_a_path_that_no_server_has_taken_is_named_and_not_guessed(plan):
    moved(plan, seconds=10, size=200 * MIB, down=16)
    add(plan, "volume", "new", ahead=0, cutover=0, path="zero_copy", server_ids=["web"])
    found = predicted(plan)
    assert (found.downtime_seconds, found.unmeasured) == (None, ["Zero copy"])
    assert str(found).endswith(
        "How long it is down by Zero copy has not been measured between these clouds yet."
    )
    volume = plan.items.get(name="new")
    volume.fields = {"server_ids": []}
    volume.save()
    assert predicted(plan).unmeasured == []


def test_copies_between_other_clouds_tell_nothing(plan):
    other = rows.plan_of(rows.tenant_of(plan.destination, "other"), plan.source)
    add(other, "server", "web", ahead=0, cutover=MIB)
    moved(other, seconds=10, size=200 * MIB, down=16)
    assert predicted(plan).measured is None


def test_a_plan_without_data_predicts_nothing(plan):
    plan.items.all().delete()
    assert predicted(plan) is None
