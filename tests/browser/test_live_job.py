"""A job's page follows its job: by polling, calmly, and only while there is something to follow."""

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from dashboard.jobs.models import Job, LogLevel, Step
from dashboard.jobs.states import JobState, StepState
from dashboard.migrations_app.models import Plan
from tests.browser.conftest import Open
from tests.support import rows

FAR_MORE_THAN_A_POLL = 20_000
FOLD = 600
"""Where the browser's window ends on a small notebook, less the height of a first row."""


@pytest.fixture
def running(operator: User) -> Job:
    old, new = rows.two_clouds()
    plan = rows.plan_of(rows.tenant_of(old), new, state=Plan.State.EXECUTING, user=operator)
    return rows.job_of(plan, JobState.RUNNING, user=operator)


def end(job: Job) -> None:
    """End a job as the engine does."""
    job.steps.update(state=StepState.DONE, finished_at=timezone.now())
    Job.objects.filter(pk=job.pk).update(
        state=JobState.DONE, active_subject=None, finished_at=timezone.now()
    )


def polls_of(page: Page) -> list[str]:
    """Collect the addresses of the page's polls from now on."""
    asked: list[str] = []
    page.on("request", lambda request: "/live/" in request.url and asked.append(request.url))
    return asked


def test_progress_and_steps_change_without_a_reload(
    open_as: Open, operator: User, running: Job, complaints: list[str]
) -> None:
    page = open_as(operator, f"/jobs/{running.pk}/?state=running")
    status = page.locator("#status")
    expect(status).to_contain_text("44 of 61")
    expect(page.locator("#panel tbody tr")).to_have_count(5)
    running.steps.filter(group="volume").update(state=StepState.DONE, finished_at=timezone.now())
    expect(status).to_contain_text("49 of 61")
    expect(page.locator("#panel")).to_contain_text("No steps match")
    assert complaints == []


def test_servers_change_without_a_reload(
    open_as: Open, operator: User, running: Job, complaints: list[str]
) -> None:
    servers = running.steps.filter(group="server")
    halts = [*servers.values_list("pk", flat=True)[:2]]
    for number in halts:
        Step.objects.filter(pk=number).update(
            chain=str(number),
            opens_chain=True,
            state=StepState.RUNNING,
            started_at=timezone.now(),
        )
    Job.objects.filter(pk=running.pk).update(chains_at_once=3)
    page = open_as(operator, f"/jobs/{running.pk}/")
    expect(page.locator("#tab-servers")).to_have_attribute("aria-current", "page")
    expect(page.locator("#panel tbody tr")).to_have_count(2)
    expect(page.locator("#panel")).not_to_contain_text("Moved")
    Step.objects.filter(pk=halts[0]).update(state=StepState.DONE, finished_at=timezone.now())
    expect(page.locator("#panel")).to_contain_text("Moved")
    assert complaints == []


def test_the_graph_changes_without_a_reload(
    open_as: Open, operator: User, running: Job, complaints: list[str]
) -> None:
    page = open_as(operator, f"/jobs/{running.pk}/graph/")
    expect(page.locator("#node-volume")).not_to_contain_text("5/5")
    running.steps.filter(group="volume").update(state=StepState.DONE, finished_at=timezone.now())
    expect(page.locator("#node-volume")).to_contain_text("5/5")
    assert complaints == []


def test_polling_ends_with_the_job(
    open_as: Open, operator: User, running: Job, context: BrowserContext
) -> None:
    context.clock.install()
    page = open_as(operator, f"/jobs/{running.pk}/")
    end(running)
    page.clock.run_for(FAR_MORE_THAN_A_POLL)
    expect(page.locator("#status")).to_contain_text("Done")
    expect(page.locator("#cancel")).to_have_count(0)
    asked = polls_of(page)
    page.clock.run_for(FAR_MORE_THAN_A_POLL)
    assert asked == []


def test_the_end_is_said_to_those_who_cannot_see(
    open_as: Open, operator: User, running: Job
) -> None:
    page = open_as(operator, f"/jobs/{running.pk}/")
    end(running)
    expect(page.locator("#announcer")).to_have_text("Done")


def test_polling_leaves_the_focus_where_it_is(open_as: Open, operator: User, running: Job) -> None:
    page = open_as(operator, f"/jobs/{running.pk}/graph/")
    page.locator("#row-volume").evaluate("row => row.closest('details').open = true")
    page.locator("#row-volume").focus()
    with page.expect_response(lambda response: "/live/" in response.url):
        pass
    running.steps.filter(group="volume").update(state=StepState.DONE)
    expect(page.locator("#status")).to_contain_text("49 of 61")
    expect(page.locator("#row-volume")).to_be_focused()


def test_polling_leaves_a_half_typed_reason_alone(
    open_as: Open, operator: User, running: Job
) -> None:
    broken, other = running.steps.filter(group="server")[:2]
    running.steps.filter(pk=broken.pk).update(state=StepState.FAILED, error="No room.")
    page = open_as(operator, f"/jobs/{running.pk}/")
    page.locator(f"#reason-{broken.pk}").press_sequentially("It is")
    running.steps.filter(pk=other.pk).update(state=StepState.FAILED, error="No room.")
    expect(page.locator("#tab-failures")).to_contain_text("2")
    expect(page.locator(f"#reason-{broken.pk}")).to_have_value("It is")
    expect(page.locator(f"#reason-{broken.pk}")).to_be_focused()


def test_a_failure_appears_with_its_fix(open_as: Open, operator: User, running: Job) -> None:
    page = open_as(operator, f"/jobs/{running.pk}/")
    running.steps.filter(group="volume", title__endswith="-1").update(
        state=StepState.FAILED, error="The volume is gone.", fix="Plan again.", request_id="req-7"
    )
    expect(page.locator("#failed-steps")).to_contain_text("1 failed so far")
    page.get_by_role("link", name="Failures").click()
    failures = page.locator("#failures")
    expect(failures).to_contain_text("The volume is gone.")
    expect(failures).to_contain_text("Plan again.")
    expect(failures).to_contain_text("req-7")
    expect(failures.get_by_role("button", name="Retry")).to_be_visible()


def test_the_log_goes_on_and_is_followed(open_as: Open, operator: User, running: Job) -> None:
    page = open_as(operator, f"/jobs/{running.pk}/log/")
    log = page.locator("#log")
    before = log.locator("p").count()
    rows.write_line(running, "Booted server web-1.")
    expect(log.locator("p").last).to_contain_text("Booted server web-1.")
    expect(log.locator("p")).to_have_count(before + 1)
    assert log.evaluate("log => log.scrollHeight - log.scrollTop - log.clientHeight") < 2


def test_scrolling_up_stops_following(open_as: Open, operator: User, running: Job) -> None:
    page = open_as(operator, f"/jobs/{running.pk}/log/")
    page.locator("#log").evaluate("log => log.scrollTop = 0")
    expect(page.get_by_label("Follow")).not_to_be_checked()
    rows.write_line(running, "Booted server web-1.")
    expect(page.locator("#log")).to_contain_text("Booted server web-1.")
    assert page.locator("#log").evaluate("log => log.scrollTop") == 0


def test_the_log_shows_only_what_matters_enough(
    open_as: Open, operator: User, running: Job
) -> None:
    page = open_as(operator, f"/jobs/{running.pk}/log/?level=30")
    expect(page.locator("#log p")).to_have_count(1)
    expect(page.locator("#log")).to_contain_text("Waited 4 s")
    rows.write_line(running, "Only told by the way.")
    rows.write_line(running, "Told loudly.", level=LogLevel.ERROR)
    expect(page.locator("#log")).to_contain_text("Told loudly.")
    expect(page.locator("#log")).not_to_contain_text("by the way")


def test_the_whole_log_can_be_downloaded(open_as: Open, operator: User, running: Job) -> None:
    page = open_as(operator, f"/jobs/{running.pk}/log/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download all").click()
    text = download.value.path().read_text()
    assert "GET /v2.1/servers/detail 200" in text
    assert len(text.splitlines()) == running.log.count()


def test_a_hidden_page_does_not_ask(
    open_as: Open, operator: User, running: Job, context: BrowserContext
) -> None:
    context.clock.install()
    page = open_as(operator, f"/jobs/{running.pk}/")
    page.evaluate("Object.defineProperty(document, 'hidden', {get: () => true})")
    asked = polls_of(page)
    page.clock.run_for(FAR_MORE_THAN_A_POLL)
    assert asked == []


@pytest.mark.parametrize("tab", ["", "steps/", "timeline/", "graph/", "log/"])
def test_every_tab_begins_above_the_fold_however_much_has_failed(
    open_as: Open, operator: User, running: Job, tab: str
) -> None:
    steps = list(running.steps.all()[:31])
    for number, step in enumerate(steps):
        step.state, step.error = StepState.FAILED, f"{'No' * (number % 10 + 1)}. {'Why. ' * 40}"
    Step.objects.bulk_update(steps, ["state", "error"])
    page = open_as(operator, f"/jobs/{running.pk}/{tab}")
    content = page.locator("#tabs + *")
    tops = [box.bounding_box()["y"] for box in (page.locator("#tabs"), content)]  # type: ignore[index]
    assert tops == sorted(tops)
    assert tops[1] < FOLD


def test_a_failed_job_shows_its_failures_first(open_as: Open, operator: User) -> None:
    old, new = rows.two_clouds()
    job = rows.job_of(rows.plan_of(rows.tenant_of(old), new), JobState.FAILED)
    page = open_as(operator, job.get_absolute_url())
    expect(page.locator("#tabs [aria-current]")).to_have_text("Failures1")
    expect(page.get_by_role("button", name="Retry")).to_be_visible()
