"""Operators at work: with the keyboard, with wrong names, with somebody else's job in the way."""

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from dashboard.hosts_app.models import Cloud
from dashboard.jobs.models import Job
from dashboard.jobs.states import JobState, StepState
from dashboard.migrations_app.models import Plan, Tenant
from dashboard.migrations_app.planning.options import PLAN_OPTIONS
from tests.browser.conftest import Open
from tests.support import rows


@pytest.fixture
def clouds(transactional_db: None) -> tuple[Cloud, Cloud]:
    return rows.two_clouds()


@pytest.fixture
def tenant(clouds: tuple[Cloud, Cloud]) -> Tenant:
    return rows.tenant_of(clouds[0])


@pytest.fixture
def moved(tenant: Tenant, clouds: tuple[Cloud, Cloud]) -> Plan:
    plan = rows.plan_of(tenant, clouds[1], state=Plan.State.EXECUTED)
    rows.ledger_of(plan)
    return plan


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is on that element, as somebody without a mouse does."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.locator(selector).evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"The keyboard does not reach {selector}.")


def test_somebody_logs_in_and_looks_at_a_cloud_without_a_mouse(
    context: BrowserContext, live_server: LiveServer, operator: User, tenant: Tenant
) -> None:
    page = context.new_page()
    page.goto(f"{live_server.url}/clouds/old/")
    tab_to(page, "#id_username")
    page.keyboard.type("operator")
    tab_to(page, "#id_password")
    page.keyboard.type(rows.PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("old")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, "main button.first")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Refresh cloud old")
    assert Job.objects.get().created_by == operator


def test_a_tenant_is_planned_from_its_page(open_as: Open, operator: User, tenant: Tenant) -> None:
    page = open_as(operator, tenant.get_absolute_url())
    page.get_by_label("Public addresses").select_option("new")
    page.get_by_role("textbox", name="Mappings").fill("network:public = ext-net")
    page.get_by_role("button", name="Plan", exact=True).click()
    expect(page).to_have_url(re.compile(r"/plans/\d+/$"))
    plan = Plan.objects.get()
    assert plan.choices == {"network:public": "ext-net"}
    defaults = {option.name: option.default for option in PLAN_OPTIONS}
    assert plan.options == {**defaults, "addresses": "new"}


def test_a_mapping_that_is_none_is_told_beside_its_field(
    open_as: Open, operator: User, tenant: Tenant
) -> None:
    page = open_as(operator, tenant.get_absolute_url())
    page.get_by_role("textbox", name="Mappings").fill("public to ext-net")
    page.get_by_role("button", name="Plan", exact=True).click()
    expect(page.locator(".errorlist")).to_contain_text("“public to ext-net” is not a mapping")
    expect(page.get_by_role("textbox", name="Mappings")).to_have_value("public to ext-net")
    assert not Plan.objects.exists()


def test_other_choices_make_another_plan(open_as: Open, operator: User, moved: Plan) -> None:
    page = open_as(operator, f"/plans/{moved.pk}/choices/")
    page.get_by_label("Choice for flavor:flavor-1").fill("s1.small")
    page.get_by_role("button", name="Plan again").click()
    expect(page).not_to_have_url(re.compile(f"/plans/{moved.pk}/"))
    again = Plan.objects.exclude(pk=moved.pk).get()
    assert again.choices == {"network:public": "ext-net", "flavor:flavor-1": "s1.small"}


def test_a_second_job_for_a_tenant_is_refused_with_a_link_to_the_first(
    open_as: Open, operator: User, moved: Plan
) -> None:
    page = open_as(operator, moved.get_absolute_url())
    first = rows.job_of(moved, JobState.RUNNING)
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_role("alert")).to_contain_text("is already working on this")
    page.get_by_role("alert").get_by_role("link", name="Show it").click()
    expect(page).to_have_url(re.compile(first.get_absolute_url()))


def test_a_verb_that_is_not_possible_says_why(
    open_as: Open, operator: User, tenant: Tenant, clouds: tuple[Cloud, Cloud]
) -> None:
    plan = rows.plan_of(tenant, clouds[1], state=Plan.State.BLOCKED)
    page = open_as(operator, plan.get_absolute_url())
    expect(page.get_by_role("button", name="Execute")).to_be_disabled()
    expect(page.locator("#why-execute")).to_contain_text(
        "is blocked by 1 finding. Do what it says, then run preflight."
    )
    expect(page.locator("main")).to_contain_text("openstack quota set --cores 16 demo")


def test_a_wrong_name_rolls_nothing_back(open_as: Open, admin: User, moved: Plan) -> None:
    page = open_as(admin, f"/plans/{moved.pk}/rollback/")
    page.get_by_label("Type the tenant's name").fill("dema")
    page.get_by_role("button", name="Roll back").click()
    expect(page.get_by_role("alert")).to_contain_text("Type demo to confirm")
    assert not Job.objects.exists()


def test_rollback_names_all_that_it_touches_and_starts_with_the_right_name(
    open_as: Open, admin: User, moved: Plan
) -> None:
    page = open_as(admin, f"/plans/{moved.pk}/rollback/")
    created = moved.ledger_entries.filter(origin="created").count()
    expect(page.locator(".touched li")).to_have_count(created)
    expect(page.locator(".touched")).not_to_contain_text("flavor-1")
    page.get_by_label("Type the tenant's name").fill("demo")
    page.get_by_role("button", name=f"Roll back {created} objects").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Roll back the move of demo")
    assert Job.objects.get().kind == "rollback"


def test_finalize_is_refused_before_a_clean_verify(open_as: Open, admin: User, moved: Plan) -> None:
    rows.differences_of(moved)
    page = open_as(admin, f"/plans/{moved.pk}/finalize/")
    expect(page.locator("main")).to_contain_text(
        "found 1 unexpected difference. Fix it and verify again, or"
    )
    expect(page.get_by_role("button", name="Delete")).to_have_count(0)
    page.get_by_role("link", name="Back").click()
    expect(page.get_by_role("button", name="Finalize")).to_be_disabled()


def test_a_failed_step_is_skipped_for_a_reason(open_as: Open, operator: User, moved: Plan) -> None:
    job = rows.job_of(moved, JobState.FAILED)
    step = job.steps.get(state=StepState.FAILED)
    page = open_as(operator, job.get_absolute_url())
    page.get_by_label("Reason for skipping").fill("It is not used any more.")
    page.get_by_role("button", name="Skip").click()
    expect(page.get_by_role("status").first).to_contain_text("Skipped")
    step.refresh_from_db()
    assert (step.state, step.skip_reason) == (StepState.SKIPPED, "It is not used any more.")


def test_a_held_job_is_released(open_as: Open, operator: User, moved: Plan) -> None:
    job = rows.job_of(moved, JobState.HELD)
    page = open_as(operator, job.get_absolute_url())
    page.get_by_role("link", name="Release").click()
    page.get_by_label("Type cutover").fill("cutover")
    page.get_by_role("button", name="Begin the cutover").click()
    expect(page.locator("#status")).to_contain_text("Running")
    job.refresh_from_db()
    assert job.hold_before is None


def test_home_tells_what_needs_somebody(open_as: Open, operator: User, moved: Plan) -> None:
    job = rows.job_of(moved, JobState.FAILED)
    page = open_as(operator, "/")
    needs = page.get_by_role("region", name="Needs you")
    expect(needs.get_by_role("link", name=job.title)).to_be_visible()
    expect(needs).to_contain_text("NoValidHost")
    expect(page.locator("#strip")).to_contain_text("1 needs you")
