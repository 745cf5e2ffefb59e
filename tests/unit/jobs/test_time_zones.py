"""Times in the browser's zone: what a form says is meant there, and what pages show is too."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from dashboard.errors import BadInput
from dashboard.jobs.models import Job
from dashboard.jobs.operating import require_ahead
from dashboard.jobs.states import JobState
from dashboard.jobs.time_zones import known_zone, moment_in
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.verbs.execute import Execute
from tests.support import rows

pytestmark = pytest.mark.django_db
NEW_YORK = "America/New_York"
IN_SUMMER = datetime(2031, 7, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def plan() -> Plan:
    old, new = rows.two_clouds()
    plan = rows.plan_of(rows.tenant_of(old), new)
    plan.items.exclude(type="project").delete()
    return plan


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(rows.user_with("admin"))
    return client


def hold_until(client: Client, plan: Plan, text: str, zone: str) -> str:
    """Ask to execute a plan that holds until then, and return the page that follows."""
    posted = {"hold_until": text, "time_zone": zone, "confirmation": plan.tenant_name}
    client.cookies["time_zone"] = zone
    answer = client.post(f"{plan.get_absolute_url()}execute/", posted, follow=True)
    return answer.content.decode()


def test_eight_oclock_in_new_york_is_noon_in_utc_and_shown_as_eight(client, plan):
    shown = hold_until(client, plan, "2031-07-01T08:00", NEW_YORK)
    assert Job.objects.get(kind="execute").hold_until == IN_SUMMER
    assert "2031-07-01 08:00 EDT" in shown


def test_a_time_that_is_ahead_in_the_browsers_zone_has_not_passed(client, plan):
    # an hour ahead there, and hours ago by the server's clock
    local = datetime.now(known_zone("Pacific/Honolulu")) + timedelta(hours=1)
    hold_until(client, plan, f"{local:%Y-%m-%dT%H:%M}", "Pacific/Honolulu")
    assert Job.objects.get(kind="execute").hold_until == local.replace(second=0, microsecond=0)


def test_a_time_that_has_passed_is_refused_with_its_zone(client, plan):
    shown = hold_until(client, plan, "2020-01-01T08:00", NEW_YORK)
    assert "2020-01-01 08:00 EST has already passed." in shown
    assert not Job.objects.filter(kind="execute").exists()


def test_a_time_that_clocks_skip_is_refused():
    with pytest.raises(BadInput, match=r"There is no 02:30 on 2031-03-09 in America/New_York"):
        moment_in(NEW_YORK, datetime(2031, 3, 9, 2, 30))


@pytest.mark.parametrize("text", ["9999-12-31T23:59", "9999-12-31T23:59+14:00", "2199-01-01T00:00"])
@pytest.mark.parametrize("zone", [NEW_YORK, "Pacific/Kiritimati"])
def test_a_time_that_nobody_can_mean_is_refused(client, plan, text, zone):
    """In one zone its day is the last that there is, and in another there is no such day."""
    hold_until(client, plan, text, zone)
    assert not Job.objects.filter(kind="execute").exists()


def test_times_at_both_ends_of_the_calendar_are_refused_by_api_and_command_line():
    option = next(each for each in Execute().options if each.name == "hold_until")
    for text in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
        with pytest.raises(BadInput, match="hold_until must be a time"):
            option.clean(text)
    with pytest.raises(BadInput, match=r"A job holds for at most 3650 days\."):
        require_ahead(datetime(9999, 12, 31, 23, 0, tzinfo=UTC))


@pytest.mark.parametrize("name", ["Nowhere/Here", "../../etc/passwd", "x" * 5000, ""])
def test_what_is_no_zone_is_ignored_in_a_cookie_and_refused_in_a_form(client, plan, name):
    assert known_zone(name) is None
    client.cookies["time_zone"] = name
    assert client.get(plan.get_absolute_url()).status_code == 200
    with pytest.raises(BadInput):
        moment_in(name, datetime(2031, 7, 1, 8, 0))


def test_pages_name_the_zone_of_their_times(client, plan):
    job = rows.job_of(plan, JobState.HELD)
    Job.objects.filter(pk=job.pk).update(hold_until=IN_SUMMER)
    client.cookies["time_zone"] = "Asia/Tokyo"
    for address in ("/", job.get_absolute_url()):
        assert "2031-07-01 21:00 JST" in client.get(address).content.decode(), address
    assert "Times are in Asia/Tokyo" in client.get(f"/jobs/{job.pk}/log/").content.decode()


def test_the_api_keeps_to_the_servers_zone(client, plan):
    job = rows.job_of(plan, JobState.HELD)
    Job.objects.filter(pk=job.pk).update(hold_until=IN_SUMMER)
    client.cookies["time_zone"] = "Asia/Tokyo"
    assert client.get(f"/api/jobs/{job.pk}/").json()["hold_until"] == "2031-07-01T12:00:00Z"
