"""For how long a server is down, by what each data path took between the same clouds before."""

from datetime import timedelta

import pytest
from django.utils import timezone

from dashboard.jobs.models import Job, Step
from dashboard.jobs.states import JobState, Phase
from dashboard.migrations_app.models import Plan, PlanItem
from dashboard.migrations_app.planning.measured_paths import Line, fitted
from dashboard.migrations_app.planning.prediction import predicted, predictions_of_servers
from tests.support import rows

GIB = 1024**3


@pytest.fixture
def plan() -> Plan:
    old, new = rows.two_clouds()
    plan = rows.plan_of(rows.tenant_of(old), new)
    plan.items.all().delete()
    return plan


def volume(plan: Plan, path: str, gib: int, *, cutover: int = 0, reads: int = 0) -> PlanItem:
    """Add a server that has a volume, and return the volume's item."""
    number = plan.items.count()
    told = {"name": path, "why": "", "ahead": 0, "cutover": cutover, "reads": reads}
    plan.items.create(ordinal=number, type="server", source_id=f"s{number}", name="web")
    return plan.items.create(
        ordinal=number + 1,
        type="volume",
        source_id=f"v{number}",
        name=f"{gib} GiB",
        fields={"server_ids": [f"s{number}"]},
        resolution={"data_path": told},
    )


def moved(plan: Plan, item: PlanItem, *, disk: int, beside: int, boot: str = "done") -> Job:
    """Store that a server was moved whose volume took so many seconds, and all else so many; its
    boot is in that state."""
    job, now = rows.job_of(plan, JobState.DONE), timezone.now()
    Step.objects.filter(job=job).delete()
    stages = (("server", "stop", beside), ("volume", "capture", disk), ("server", "create", 0))
    for ordinal, (group, action, seconds) in enumerate(stages):
        Step.objects.create(
            **{"job": job, "key": f"{group}:x:{action}", "action": action, "group": group},
            **{"ordinal": ordinal, "phase": Phase.CUTOVER, "chain": "x"},
            state=boot if action == "create" else "done",
            opens_chain=action == "stop",
            params={"item": item.pk} if group == "volume" else {},
            started_at=now,
            finished_at=now + timedelta(seconds=seconds),
        )
        now += timedelta(seconds=seconds)
    return job


@pytest.mark.django_db
def test_each_path_has_its_own_time(plan):
    moved(plan, volume(plan, "glance", 1, cutover=GIB), disk=100, beside=5)
    moved(plan, volume(plan, "zero_copy", 1), disk=3, beside=5)
    plan.items.all().update(action="migrated")
    slow, quick = volume(plan, "glance", 1, cutover=GIB), volume(plan, "zero_copy", 1)
    told = predictions_of_servers(plan)
    ids = [item.fields["server_ids"][0] for item in (slow, quick)]
    assert [told[id_]["seconds"] for id_ in ids] == [105.0, 8.0]
    assert predicted(plan).downtime_seconds == pytest.approx(105)
    assert str(predicted(plan)).endswith("A server is down for 105 s at most.")


@pytest.mark.django_db
def test_what_is_read_counts_as_what_is_copied(plan):
    moved(plan, volume(plan, "backup_delta", 1, reads=GIB), disk=12, beside=5)
    moved(plan, volume(plan, "backup_delta", 3, reads=3 * GIB), disk=32, beside=5)
    plan.items.all().update(action="migrated")
    volume(plan, "backup_delta", 4, reads=4 * GIB)
    assert predicted(plan).downtime_seconds == pytest.approx(5 + 2 + 4 * 10)


@pytest.mark.django_db
def test_a_server_whose_boot_failed_tells_nothing(plan):
    moved(plan, volume(plan, "zero_copy", 1), disk=30, beside=5, boot="failed")
    moved(plan, volume(plan, "zero_copy", 1), disk=3, beside=5)
    plan.items.all().update(action="migrated")
    volume(plan, "zero_copy", 1)
    assert predicted(plan).downtime_seconds == pytest.approx(8)


@pytest.mark.django_db
def test_a_path_that_nobody_took_is_not_guessed(plan):
    moved(plan, volume(plan, "zero_copy", 1), disk=3, beside=5)
    plan.items.all().update(action="migrated")
    volume(plan, "glance", 1, cutover=GIB)
    assert predicted(plan).downtime_seconds is None
    assert "down for" not in str(predicted(plan))


@pytest.mark.parametrize(
    ("points", "line"),
    [
        ([(1, 12.0), (3, 32.0)], Line(2.0, 10.0)),
        ([(1, 9.0), (2, 20.0)], Line(0.0, 29 / 3)),  # not less than nothing for no bytes
        ([(1, 9.0), (3, 5.0)], Line(7.0, 0.0)),  # not less the more there is
        ([(4, 9.0), (4, 11.0)], Line(5.0, 1.25)),  # all alike
        ([(0, 3.0)], Line(3.0, 0.0)),
    ],
)
def test_the_line_is_the_closest_that_can_be(points, line):
    found = fitted(points)
    assert found.fixed == pytest.approx(line.fixed)
    assert found.per_byte == pytest.approx(line.per_byte)
