"""What pages say in words: on rows alone, by Django's own client."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from dashboard.hosts_app.maintenance import start_maintenance
from dashboard.hosts_app.models import Cloud, HostPlan
from dashboard.jobs.job_lists import needing_somebody
from dashboard.jobs.models import Job
from dashboard.jobs.requester import on_page
from dashboard.jobs.states import JobState, Phase, StepState
from dashboard.migrations_app.execution.accepting import accept
from dashboard.migrations_app.models import Plan, PlanItem, Tenant
from tests.support import rows
from tests.support.host_rows import evacuation_of, hosts_of, plan_for
from tests.support.page_requests import answer, page

pytestmark = pytest.mark.django_db


@pytest.fixture
def clouds() -> tuple[Cloud, Cloud]:
    return rows.two_clouds()


@pytest.fixture
def plan(clouds: tuple[Cloud, Cloud]) -> Plan:
    return rows.plan_of(rows.tenant_of(clouds[0]), clouds[1])


def test_the_header_counts_all_that_home_lists_as_needing_somebody(clouds: Any) -> None:
    old, new = clouds
    blocked = rows.plan_of(rows.tenant_of(old), new, state=Plan.State.BLOCKED)
    rows.job_of(rows.plan_of(rows.tenant_of(old, "shop"), new), JobState.FAILED)
    Cloud.objects.filter(pk=new.pk).update(state=Cloud.State.UNREACHABLE)
    home = page("/")
    assert home.count('class="card attention') == 3
    assert f"/plans/{blocked.pk}/findings/" in home
    assert '3<span class="wordy"> need you' in home


def test_after_a_rollback_an_earlier_comparison_is_not_shown_as_good(plan: Plan) -> None:
    rows.differences_of(plan)
    plan.differences.all().delete()
    Plan.objects.filter(pk=plan.pk).update(state=Plan.State.ROLLED_BACK)
    shown = page(plan.get_absolute_url())
    assert "Not compared since the rollback" in shown
    assert "No unexpected difference" not in shown


def test_a_plan_of_a_moved_tenant_says_that_there_is_nothing_to_do(plan: Plan) -> None:
    assert "There is nothing to do" not in page(plan.get_absolute_url())
    plan.items.filter(action=PlanItem.Action.CREATE).update(action=PlanItem.Action.MIGRATED)
    assert "There is nothing to do" in page(plan.get_absolute_url(), role="viewer")


def test_a_job_without_steps_says_that_there_was_nothing_to_do(plan: Plan) -> None:
    job = Job.objects.create(kind="execute", title="Move", subject="x", state=JobState.DONE)
    assert "There was nothing to do" in page(job.get_absolute_url())


def test_the_cutover_is_not_held_once_it_has_begun(plan: Plan) -> None:
    job = rows.job_of(plan, JobState.RUNNING)
    assert "Hold before cutover" in page(job.get_absolute_url())
    step = job.steps.filter(phase=Phase.CUTOVER).earliest("ordinal")
    job.steps.filter(pk=step.pk).update(state=StepState.RUNNING)
    assert "Hold before cutover" not in page(job.get_absolute_url(), role="admin")


def test_a_tenant_of_a_cloud_that_was_never_looked_at_has_no_numbers(clouds: Any) -> None:
    tenant = rows.tenant_of(clouds[0])
    Cloud.objects.update(checked_at=None)
    shown = page(tenant.get_absolute_url())
    assert "counted when the cloud is refreshed" in shown
    assert "8 servers" not in shown


def test_a_host_tells_who_has_closed_it_and_is_left_alone(clouds: Any) -> None:
    foreign = hosts_of(clouds[0])[2]
    shown = page(foreign.get_absolute_url())
    assert "watcher_disabled" in shown
    assert "Somebody else has disabled its nova-compute: let them finish." in shown


def test_a_host_that_cannot_be_found_is_a_404(clouds: Any) -> None:
    assert answer("/clouds/old/hosts/nowhere/").status_code == 404


def test_a_host_that_nova_does_not_know_has_a_page_once_it_was_planned_for(clouds: Any) -> None:
    host = hosts_of(clouds[0])[0]
    plan_for(host, HostPlan.State.READY)
    address = host.get_absolute_url()
    host.delete()
    shown = page(address)
    assert "Not found in Nova of old" in shown
    assert 'id="return_to_source"' in shown
    assert 'id="evacuate"' not in shown


def test_a_form_that_cannot_be_used_comes_back_as_it_was_filled_in(clouds: Any) -> None:
    host = hosts_of(clouds[0])[0]
    given = {"parallel": "0", "limit": "60"}
    told = answer(f"{host.get_absolute_url()}plan/evacuate/", post=given)
    assert told.status_code == 400
    assert "greater than or equal to 1" in told.content.decode()
    assert 'value="60"' in told.content.decode()
    assert not HostPlan.objects.exists()


def test_a_plan_is_made_with_what_was_chosen(clouds: Any) -> None:
    host = hosts_of(clouds[0])[0]
    given = {"parallel": "3", "limit": "60", "skip_errors": "on"}
    told = answer(f"{host.get_absolute_url()}plan/evacuate/", post=given)
    made = HostPlan.objects.get()
    assert told["Location"] == made.get_absolute_url()
    assert made.options == {"parallel": 3, "limit": 60, "skip_errors": True}


def test_refusals_stand_before_what_would_happen(clouds: Any) -> None:
    shown = page(plan_for(hosts_of(clouds[0])[0], HostPlan.State.REFUSED).get_absolute_url())
    assert shown.index("is the last host") < shown.index("What will happen")
    assert 'id="confirmation"' not in shown


def test_a_plan_is_started_by_its_name_and_by_no_other(clouds: Any) -> None:
    host = hosts_of(clouds[0])[0]
    made = plan_for(host, HostPlan.State.READY)
    wrong = answer(made.get_absolute_url(), post={"confirmation": "compute-9"})
    assert wrong.status_code == 400
    assert "so nothing was done" in wrong.content.decode()
    told = answer(made.get_absolute_url(), role="admin", post={"confirmation": host.name})
    assert told["Location"] == Job.objects.get(kind="evacuate").get_absolute_url()


@pytest.mark.parametrize("verb", ["maintenance/", "plan/evacuate/"])
def test_a_viewer_does_nothing_to_a_host(clouds: Any, verb: str) -> None:
    host = hosts_of(clouds[0])[0]
    assert answer(f"{host.get_absolute_url()}{verb}", role="viewer", post={}).status_code == 403


def test_a_viewer_starts_no_plan(clouds: Any) -> None:
    made = plan_for(hosts_of(clouds[0])[0], HostPlan.State.READY)
    given = {"confirmation": made.host}
    assert answer(made.get_absolute_url(), role="viewer", post=given).status_code == 403
    assert not Job.objects.filter(kind="evacuate").exists()


def test_the_job_of_a_plan_leads_back_to_it(clouds: Any) -> None:
    made = plan_for(hosts_of(clouds[0])[0], HostPlan.State.READY)
    job = evacuation_of(made, JobState.RUNNING)
    shown = page(job.get_absolute_url())
    assert f'href="{made.get_absolute_url()}"' in shown
    assert "Close host" in shown and "Move servers" in shown


def test_a_failed_evacuation_needs_somebody_also_when_its_host_was_opened_again(
    clouds: Any,
) -> None:
    host = hosts_of(clouds[0])[0]
    failed = evacuation_of(plan_for(host, HostPlan.State.READY), JobState.FAILED)
    opening = start_maintenance(host.cloud, host.name, to="off", after=failed)
    Job.objects.filter(pk=opening.pk).update(state=JobState.DONE, active_subject=None)
    assert failed in needing_somebody()
    shown = page(failed.get_absolute_url())
    assert f'Afterwards: <a href="{opening.get_absolute_url()}">{opening.title}</a>, done.' in shown
    start_maintenance(host.cloud, host.name, to="off")
    assert failed not in needing_somebody()


def test_a_done_job_says_how_much_of_it_was_skipped(plan: Plan) -> None:
    job = rows.job_of(plan, JobState.DONE)
    assert "steps skipped" not in page(job.get_absolute_url(), role="viewer")
    job.steps.filter(group="server").update(state=StepState.SKIPPED)
    assert "8 steps skipped" in page(job.get_absolute_url())
    assert "8 skipped" in page("/jobs/", role="admin")


def test_a_held_job_says_since_when(plan: Plan) -> None:
    job = rows.job_of(plan, JobState.HELD)
    said = re.compile(r"before cutover since <time [^>]*>[^<]* UTC</time>,? \(?(for )?3 min")
    assert said.search(page(job.get_absolute_url()))
    assert said.search(page("/", role="admin"))


@pytest.mark.parametrize("kind", ["execute", "verify"])
def test_a_done_job_says_what_was_left_out(plan: Plan, kind: str) -> None:
    job = rows.job_of(plan, JobState.DONE, kind=kind)
    plan.items.filter(name="server-1").update(action=PlanItem.Action.SKIP, left_out_by="ann")
    shown = page(job.get_absolute_url())
    assert "Not everything is moved: all but 1, left out by ann." in shown
    assert "Server server-1 stays on old." in shown


def test_a_skipped_step_keeps_a_plan_from_being_shown_as_all_moved(plan: Plan) -> None:
    job = rows.job_of(plan, JobState.DONE)
    Plan.objects.filter(pk=plan.pk).update(state=Plan.State.EXECUTED)
    assert '<li class="good"><strong>' in page(plan.get_absolute_url(), role="viewer")
    assert "All moved<" in page(plan.get_absolute_url(), role="nobody")
    item = plan.items.get(name="server-1")
    step = job.steps.filter(group="server")[:1].get()
    job.steps.filter(pk=step.pk).update(state=StepState.SKIPPED, params={"item": item.pk})
    assert "All moved, 1 step of the others skipped" in page(plan.get_absolute_url())


def test_unexpected_differences_are_on_the_verifys_page_and_need_somebody(plan: Plan) -> None:
    job = rows.job_of(plan, JobState.DONE, kind="verify")
    rows.differences_of(plan)
    Plan.objects.filter(pk=plan.pk).update(state=Plan.State.EXECUTED)
    assert "1 unexpected difference.</strong>" in page(job.get_absolute_url())
    home = page("/", role="viewer")
    assert "The last verify found 1 unexpected difference." in home
    assert '1<span class="wordy"> needs you' in home
    unexpected = list(plan.differences.filter(expected=False))
    somebody = on_page(User.objects.get(username="viewer"))
    accept(unexpected, reason="It may differ.", requester=somebody)
    assert "Nothing needs your attention" in page("/", role="admin")


@pytest.mark.parametrize(
    ("state", "words", "button"),
    [
        (JobState.HELD, "Execution held", "release"),
        (JobState.FAILED, "Execution failed", "resume"),
        (JobState.ERRORED, "Execution errored", "resume"),
        (JobState.CANCELLED, "Execution cancelled", "resume"),
        (JobState.RUNNING, "Executing", "cancel"),
    ],
)
def test_a_plan_has_the_state_of_its_job_and_the_button_that_continues_it(
    clouds: Any, plan: Plan, state: JobState, words: str, button: str
) -> None:
    job = rows.job_of(plan, state)
    Plan.objects.filter(pk=plan.pk).update(state=Plan.State.EXECUTING)
    shown = page(plan.get_absolute_url())
    assert f"</svg>{words}</span>" in shown
    assert f'/jobs/{job.pk}/{button}/"' in shown
    is_first = any(f'id="{button}" class="{kind}first"' in shown for kind in ("", "button "))
    assert is_first == (button != "cancel")
    assert 'id="execute" class="first"' not in shown
    for address in (Tenant.objects.get().get_absolute_url(), "/tenants/"):
        assert f"</svg>{words}</span>" in page(address, role=f"viewer of {address}")


def test_the_list_of_tenants_says_how_many_servers_of_each_are_down(plan: Plan) -> None:
    rows.ledger_of(plan)
    assert "down</span>" not in page("/tenants/")
    rows.servers_down_of(plan, timezone.now())
    assert "3 servers down</span>" in page("/tenants/", role="viewer")


def test_a_page_that_shows_a_job_is_loaded_again_when_its_state_changes(plan: Plan) -> None:
    job = rows.job_of(plan, JobState.HELD)
    assert "data-reload" not in page(f"/jobs/{job.pk}/brief/?known=held")
    assert "data-reload" in page(f"/jobs/{job.pk}/brief/?known=running", role="viewer")


def test_one_click_does_not_execute(plan: Plan) -> None:
    address = f"{plan.get_absolute_url()}execute/"
    assert f'href="{address}"' in page(plan.get_absolute_url())
    shown = page(address, role="admin")
    assert "Servers that stop at cutover" in shown and "<li>server server-1</li>" in shown
    assert 'name="hold_until"' in shown
    client = Client()
    client.force_login(User.objects.get(username="operator"))
    for typed in ({}, {"confirmation": "dema", "hold_before": "cutover"}):
        told = client.post(address, typed)
        assert told.status_code == 400
        assert "Type demo to confirm" in told.content.decode()
    assert '<option value="cutover" selected>' in told.content.decode()
    assert not Job.objects.exists()


def test_a_rollback_warns_of_what_was_written_since_cutover(plan: Plan) -> None:
    rows.ledger_of(plan)
    assert "written on new since cutover is lost" in page(
        f"/plans/{plan.pk}/rollback/", role="admin"
    )


def test_one_click_does_not_begin_a_cutover(plan: Plan) -> None:
    job = rows.job_of(plan, JobState.HELD)
    address = f"/jobs/{job.pk}/release/"
    client = Client()
    client.force_login(rows.user_with("operator"))
    shown = client.get(address).content.decode()
    assert "<li>Create server server-1</li>" in shown
    for typed in ({}, {"confirmation": "cut"}):
        assert client.post(address, typed).status_code == 400
    job.refresh_from_db()
    assert job.hold_before == Phase.CUTOVER
    assert client.post(address, {"confirmation": "cutover"}).status_code == 302
    job.refresh_from_db()
    assert job.hold_before is None


def test_a_hold_after_the_cutover_is_released_at_once(plan: Plan) -> None:
    job = rows.job_of(plan, JobState.HELD)
    Job.objects.filter(pk=job.pk).update(hold_before=Phase.COMPLETE)
    assert answer(f"/jobs/{job.pk}/release/", post={}).status_code == 302
    job.refresh_from_db()
    assert job.hold_before is None


def test_pages_are_sent_compressed(plan: Plan) -> None:
    client = Client()
    client.force_login(rows.user_with("viewer"))
    whole = client.get(f"{plan.get_absolute_url()}items/")
    sent = client.get(f"{plan.get_absolute_url()}items/", headers={"Accept-Encoding": "gzip"})
    assert sent["Content-Encoding"] == "gzip"
    assert len(sent.content) < len(whole.content) / 4


def test_home_and_the_header_ask_again_while_nothing_runs(plan: Plan) -> None:
    rows.job_of(plan, JobState.DONE)
    home = page("/")
    assert 'id="board" data-poll hx-get="/" hx-select="#board"' in home
    assert 'data-poll hx-get="/jobs/strip/" hx-trigger="every 15s"' in home


def test_the_job_of_a_refresh_leads_back_to_its_cloud(clouds: Any) -> None:
    params = {"cloud": clouds[0].pk}
    job = Job.objects.create(kind="discover", title="Refresh", subject="cloud:old", params=params)
    assert '<a href="/clouds/old/">Cloud old</a>' in page(job.get_absolute_url())


def test_the_documentation_of_the_api_is_linked_from_every_page(clouds: Any) -> None:
    assert '<a href="/api/docs/">API</a>' in page("/", role="viewer")
