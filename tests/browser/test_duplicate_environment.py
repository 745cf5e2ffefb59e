"""A copy of an environment is asked for and made with the mouse and the keyboard."""

from django.contrib.auth.models import User
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from dashboard.hosts_app.models import Cloud, EnvironmentPlan, FuelEnvironment
from dashboard.jobs.models import Job
from tests.browser.conftest import Open
from tests.support import environment_rows, rows


def environment() -> FuelEnvironment:
    """Return an environment whose Fuel master has a newer release too."""
    old, _ = rows.two_clouds()
    environment_rows.environments_of_fuel(old)
    source = Cloud.objects.get(pk=old.pk).environment
    assert source
    environment_rows.releases_of(source)
    return source


def test_a_copy_is_planned_from_the_page_of_clouds(
    open_as: Open, admin: User, live_server: LiveServer, complaints: list[str]
) -> None:
    source = environment()
    page = open_as(admin, "/clouds/")
    page.get_by_role("link", name=f"Duplicate {source.name}").click()
    page.get_by_label("Name of the new environment").fill("Third racks")
    page.get_by_label("Release").select_option(label="Ocata on Ubuntu 16.04 (ocata-11.0, id 4)")
    page.get_by_label("Renumber networks").check()
    page.get_by_role("button", name="Plan", exact=True).click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Environment Third racks from Old racks")
    plan = EnvironmentPlan.objects.get()
    assert (plan.options["release"], plan.options["renumber"]) == (4, True)
    assert complaints == []


def test_a_plan_that_is_ready_is_made_by_its_button(
    open_as: Open, admin: User, complaints: list[str]
) -> None:
    plan = environment_rows.copy_plan_of(environment())
    page = open_as(admin, plan.get_absolute_url())
    expect(page.get_by_text("not copied")).to_be_visible()
    page.get_by_role("button", name=f"Create environment {plan.name}").click()
    heading = page.get_by_role("heading", name=f"Create environment {plan.name} from Old racks")
    expect(heading).to_be_visible()
    assert Job.objects.filter(kind="duplicate_environment").count() == 1
    assert complaints == []
