"""Operators at work on hosts: a plan is asked for, read as soon as it is there, and confirmed."""

import re

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import expect

from dashboard.hosts_app.models import Host, HostPlan
from dashboard.jobs.models import Job
from dashboard.jobs.states import JobState, StepState
from tests.browser.conftest import Open
from tests.support import rows
from tests.support.host_rows import hosts_of, plan_for


@pytest.fixture
def host(transactional_db: None) -> Host:
    return hosts_of(rows.two_clouds()[0])[0]


def test_a_plan_is_asked_for_with_other_options(open_as: Open, operator: User, host: Host) -> None:
    page = open_as(operator, host.get_absolute_url())
    page.locator("#form-evacuate summary").click()
    page.get_by_label("Servers at a time").first.fill("5")
    page.get_by_label("Leave servers in ERROR where they are").check()
    page.get_by_role("button", name="Evacuate the host").click()
    expect(page).to_have_url(re.compile(r"/host-plans/\d+/$"))
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Evacuate the host: {host}")
    assert HostPlan.objects.get().options == {"parallel": 5, "limit": 1800, "skip_errors": True}


def test_a_plan_appears_when_it_is_made(
    open_as: Open, operator: User, host: Host, complaints: list[str]
) -> None:
    plan = plan_for(host, HostPlan.State.DRAFTING, user=operator)
    page = open_as(operator, plan.get_absolute_url())
    expect(page.locator(".brief")).to_contain_text("Running")
    made = plan_for(host, HostPlan.State.READY)
    HostPlan.objects.filter(pk=plan.pk).update(state=made.state, lines=made.lines)
    assert plan.plan_job
    plan.plan_job.steps.update(state=StepState.DONE)
    Job.objects.filter(pk=plan.plan_job.pk).update(
        state=JobState.DONE, active_subject=None, finished_at=timezone.now()
    )
    expect(page.get_by_role("heading", name="What will happen")).to_be_visible()
    expect(page.get_by_role("row", name="web-2")).to_contain_text("4 hosts have room")
    assert complaints == []


def test_the_typed_name_starts_the_plan_and_another_one_does_not(
    open_as: Open, operator: User, host: Host
) -> None:
    plan = plan_for(host, HostPlan.State.READY)
    page = open_as(operator, plan.get_absolute_url())
    page.get_by_label("to confirm").fill("compute-9")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text(f"Type {host} to confirm")
    page.get_by_label("to confirm").fill(host.name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Evacuate {host} of old")


def test_a_host_is_put_into_maintenance(open_as: Open, operator: User, host: Host) -> None:
    page = open_as(operator, host.get_absolute_url())
    page.get_by_role("button", name="Put into maintenance").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Put {host} of old into maintenance")


def test_a_viewer_sees_hosts_and_no_button_that_does_something(
    open_as: Open, viewer: User, host: Host
) -> None:
    plan = plan_for(host, HostPlan.State.READY)
    for address in ("/clouds/old/hosts/", host.get_absolute_url(), plan.get_absolute_url()):
        page = open_as(viewer, address)
        assert page.locator("main form[method=post] button").count() == 0, address
