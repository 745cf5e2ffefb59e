"""Planning a move from pages, API, command line and files: the same options, the same refusals."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.html import escape
from rest_framework.test import APIClient

from dashboard.cli import command_line
from dashboard.cli.commands import plan as plan_command
from dashboard.hosts_app.models import Cloud
from dashboard.jobs.models import Job
from dashboard.jobs.options import Option
from dashboard.jobs.starting import conflict_over
from dashboard.jobs.states import JobState
from dashboard.migrations_app.models import Plan, Tenant, subject_of
from dashboard.migrations_app.planning.files import export_plan, read_edited
from dashboard.migrations_app.planning.options import PLAN_OPTIONS
from tests.support import rows

pytestmark = pytest.mark.django_db

EACH_CHOICE = pytest.mark.parametrize(
    "option", [each for each in PLAN_OPTIONS if each.choices], ids=lambda option: option.name
)
EACH_OPTION = pytest.mark.parametrize("option", PLAN_OPTIONS, ids=lambda option: option.name)


@pytest.fixture
def tenant(settings, monkeypatch) -> Tenant:
    """Return a tenant that is known: its cloud, which there is not, need not be asked."""
    settings.PUMPHOUSE_CONFIG = ""
    monkeypatch.setattr(plan_command, "look_up_tenant", lambda *_: None)
    monkeypatch.setattr(plan_command, "follow", lambda job, _console: job)
    old, _ = rows.two_clouds()
    return rows.tenant_of(old)


@pytest.fixture
def pages() -> Client:
    client = Client()
    client.force_login(rows.user_with("operator"))
    return client


@pytest.fixture
def api(pages: Client) -> APIClient:
    client = APIClient()
    client.force_login(User.objects.get(username="operator"))
    return client


def another(option: Option) -> Any:
    """Return a value that is not the default."""
    if option.name == "gateways":
        return ["image=cirros", "flavor=small", "outside=public"]
    if option.value_type is list:
        return [f"server:web{'=glance' if option.name == 'data_paths' else ''}"]
    return next(choice for choice in option.choices if choice != option.default)


def written(value: Any) -> str:
    """Return a value as forms and the command line take it."""
    return ",".join(value) if isinstance(value, list) else str(value)


def posted(option: Option) -> str:
    return written(option.default)


def new_cloud(tenant: Tenant) -> Any:
    return Cloud.objects.get(name="new")


def body(**more: Any) -> dict[str, Any]:
    return {"source": "old", "destination": "new", "tenant": "demo", **more}


@EACH_OPTION
def test_an_option_is_on_every_surface_and_has_the_same_effect(
    option, tenant, pages, api, tmp_path: Path
):
    value = another(option)
    assert f'name="{option.name}"' in pages.get(tenant.get_absolute_url()).content.decode()
    form = {each.name: posted(each) for each in PLAN_OPTIONS}
    form |= {"destination": new_cloud(tenant).pk, option.name: written(value)}
    pages.post(f"{tenant.get_absolute_url()}plan/", form)
    made = [Plan.objects.latest("pk")]
    Job.objects.all().delete()

    api.post("/api/plans/", body(options={option.name: value}), format="json")
    made.append(Plan.objects.latest("pk"))
    Job.objects.all().delete()

    flag = f"--{option.name.replace('_', '-')}"
    clouds = ["--source", "old", "--destination", "new"]
    given = [f"{flag}={each}" for each in (value if isinstance(value, list) else [value])]
    command_line.run(["plan", "demo", *clouds, *given])
    made.append(Plan.objects.latest("pk"))
    Job.objects.all().delete()

    plan = rows.plan_of(tenant, new_cloud(tenant))
    Plan.objects.filter(pk=plan.pk).update(options={option.name: value})
    plan.refresh_from_db()
    text = export_plan(plan)
    assert yaml.safe_load(text)["options"][option.name] == value
    api.generic("POST", "/api/plans/import/", text, content_type="application/yaml")
    made.append(Plan.objects.latest("pk"))
    Job.objects.all().delete()

    assert f'name="{option.name}"' in pages.get(f"/plans/{plan.pk}/choices/").content.decode()
    pages.post(f"/plans/{plan.pk}/again/", {})
    made.append(Plan.objects.latest("pk"))

    assert len({each.pk for each in made}) == 5
    expected = {each.name: each.default for each in PLAN_OPTIONS} | {option.name: value}
    assert [each.options for each in made] == [expected] * 5


@EACH_CHOICE
def test_a_value_that_cannot_be_is_refused_everywhere(option, tenant, api, capsys):
    assert (
        api.post("/api/plans/", body(options={option.name: "x"}), format="json").status_code == 400
    )
    flag = f"--{option.name.replace('_', '-')}"
    assert command_line.run(["plan", "demo", flag, "x"]) == 2
    assert f"{option.name} must be one of" in capsys.readouterr().err
    text = export_plan(rows.plan_of(tenant, new_cloud(tenant)))
    wrong = text.replace(f"{option.name}: {option.default}", f"{option.name}: x")
    with pytest.raises(Exception, match=f"{option.name} must be one of"):
        read_edited(wrong, name="plan.yaml")
    assert not Job.objects.exists()


def test_an_option_that_there_is_not_is_refused_by_the_api(tenant, api):
    answer = api.post("/api/plans/", body(options={"captur": "stop"}), format="json")
    assert answer.status_code == 400
    assert "captur: There is no such field. Did you mean capture?" in answer.json()["error"]
    assert not Plan.objects.exists()


@EACH_OPTION
def test_no_option_beside_a_file_is_dropped_silently(option, tenant, tmp_path: Path, capsys):
    file = tmp_path / "plan.yaml"
    file.write_text(export_plan(rows.plan_of(tenant, new_cloud(tenant))))
    flag = f"--{option.name.replace('_', '-')}"
    assert command_line.run(["plan", "--import", str(file), flag, written(another(option))]) == 2
    assert "--import takes all choices from the file" in capsys.readouterr().err
    assert not Job.objects.exists()


def sentence_of_conflict(tenant: Tenant) -> str:
    conflict = conflict_over(subject_of(tenant.project_id))
    assert conflict is not None
    return conflict.sentence


def busy(tenant: Tenant) -> str:
    rows.job_of(rows.plan_of(tenant, new_cloud(tenant)), JobState.RUNNING)
    return sentence_of_conflict(tenant)


def one_cloud(tenant: Tenant) -> str:
    new = new_cloud(tenant)
    new.auth_url, new.region = tenant.cloud.auth_url, tenant.cloud.region
    new.save()
    return "The source and the destination are the same cloud."


@pytest.mark.parametrize("situation", [busy, one_cloud])
def test_a_move_that_cannot_be_planned_is_refused_in_the_same_sentence(
    situation, tenant, pages, api, capsys
):
    sentence = situation(tenant)
    count = Plan.objects.count()
    form = {each.name: posted(each) for each in PLAN_OPTIONS}
    form["destination"] = new_cloud(tenant).pk
    told = pages.post(f"{tenant.get_absolute_url()}plan/", form).content.decode()
    assert escape(sentence) in told
    answer = api.post("/api/plans/", body(), format="json")
    assert answer.status_code == (409 if situation is busy else 400)
    assert sentence in answer.json()["error"]
    assert command_line.run(["plan", "demo", "--source", "old", "--destination", "new"]) == 2
    assert sentence in capsys.readouterr().err
    assert Plan.objects.count() == count


def test_buttons_that_plan_again_say_why_they_cannot(tenant, pages):
    plan = rows.plan_of(tenant, new_cloud(tenant))
    rows.job_of(plan, JobState.RUNNING)
    for address in (tenant.get_absolute_url(), f"/plans/{plan.pk}/choices/"):
        assert escape(sentence_of_conflict(tenant)) in pages.get(address).content.decode()
    Job.objects.all().delete()
    tenant.delete()
    told = pages.get(f"/plans/{plan.pk}/choices/").content.decode()
    assert "has no tenant" in told and "that Pumphouse has seen" in told


def test_an_upload_is_refused_in_the_same_sentence_as_a_request(tenant, pages, api):
    text = export_plan(rows.plan_of(tenant, new_cloud(tenant)))
    busy(tenant)
    answer = api.generic("POST", "/api/plans/import/", text, content_type="application/yaml")
    assert answer.status_code == 409
    file = SimpleUploadedFile("plan.yaml", text.encode())
    told = pages.post("/plans/import/", {"file": file}, follow=True).content.decode()
    assert escape(answer.json()["error"]) in told


def test_an_object_is_left_out_on_every_surface_and_taken_in_again(tenant, pages, api):
    skipped = {"server:web": "skip"}
    api.post("/api/plans/", body(choices=skipped), format="json")
    made = [Plan.objects.latest("pk")]
    Job.objects.all().delete()
    command_line.run(["plan", "demo", "--map", "server:web=skip"])
    made.append(Plan.objects.latest("pk"))
    Job.objects.all().delete()
    assert [plan.choices for plan in made] == [skipped, skipped]

    plan = rows.plan_of(tenant, new_cloud(tenant))
    server = plan.items.filter(type="server").first()
    pages.post(f"/plans/{plan.pk}/leave-out/", {"ticked": f"server:{server.source_id}"})
    again = Plan.objects.latest("pk")
    assert again.choices == {**plan.choices, f"server:{server.source_id}": "skip"}
    Job.objects.all().delete()
    Plan.objects.filter(pk=again.pk).update(state=Plan.State.READY)
    pages.post(f"/plans/{again.pk}/leave-out/", {"shown": f"server:{server.source_id}"})
    assert Plan.objects.latest("pk").choices == plan.choices


def test_objects_are_chosen_on_the_page_and_none_means_all_of_them(tenant, pages):
    plan = rows.plan_of(tenant, new_cloud(tenant))
    server = plan.items.filter(type="server").first()
    plan.choices = {"server:web-2": "skip", "flavor:old": "new"}
    plan.save()
    of_tenant = pages.get(tenant.get_absolute_url()).content.decode()
    assert f'<a href="/plans/{plan.pk}/items/">what plan {plan.pk} found</a>' in of_tenant
    chosen = f"server:{server.source_id}"
    pages.post(f"/plans/{plan.pk}/choose/", {"ticked": chosen})
    again = Plan.objects.latest("pk")
    assert (again.options["only"], again.choices) == ([chosen], {"flavor:old": "new"})
    Job.objects.all().delete()
    pages.post(f"/plans/{again.pk}/again/", {"only": ""})
    assert Plan.objects.latest("pk").options["only"] == []


def test_what_chooses_no_object_is_refused_on_every_surface(tenant, pages, api, capsys):
    sentence = "'web' names no object."
    answer = api.post("/api/plans/", body(options={"only": ["web"]}), format="json")
    assert answer.status_code == 400 and sentence in answer.json()["error"]
    assert command_line.run(["plan", "demo", "--only", "web"]) == 2
    assert sentence in capsys.readouterr().err
    form = {each.name: posted(each) for each in PLAN_OPTIONS}
    form |= {"destination": new_cloud(tenant).pk, "only": "web"}
    told = pages.post(f"{tenant.get_absolute_url()}plan/", form).content.decode()
    assert escape(sentence) in told and not Plan.objects.exists()


def test_the_page_says_what_is_left_out_by_whom_and_why(tenant, pages):
    plan = rows.plan_of(tenant, new_cloud(tenant))
    server = plan.items.filter(type="server").first()
    reason = "It needs port p, which is left out by ann."
    losses = [{"field": "", "value": None, "reason": reason}]
    plan.items.filter(pk=server.pk).update(action="skip", left_out_by="ann", losses=losses)
    shown = pages.get(f"{plan.get_absolute_url()}items/").content.decode()
    assert reason in shown and "All but 1, left out by ann." in shown
    assert f'name="ticked" value="server:{server.source_id}"' in shown
    project = plan.items.get(type="project")
    assert f'value="project:{project.source_id}"' not in shown


def test_the_page_of_a_whole_move_offers_nothing_to_leave_out(tenant, pages):
    plan = rows.plan_of(tenant, new_cloud(tenant))
    Plan.objects.filter(pk=plan.pk).update(state=Plan.State.EXECUTED)
    offer, address = "Plan again without what is ticked", f"{plan.get_absolute_url()}items/"
    assert offer not in pages.get(address).content.decode()
    server = plan.items.filter(type="server").first()
    plan.items.filter(pk=server.pk).update(action="skip", left_out_by="ann")
    assert offer in pages.get(address).content.decode()


def test_the_project_cannot_be_left_out_on_any_surface(tenant, pages, api, capsys):
    sentence = "The project cannot be left out: everything else is in it."
    answer = api.post("/api/plans/", body(choices={"project:demo": "skip"}), format="json")
    assert answer.status_code == 400 and sentence in answer.content.decode()
    assert command_line.run(["plan", "demo", "--map", "project:demo=skip"]) == 2
    assert sentence in capsys.readouterr().err
    plan = rows.plan_of(tenant, new_cloud(tenant))
    form = {"ticked": "project:demo"}
    shown = pages.post(f"/plans/{plan.pk}/leave-out/", form, follow=True).content.decode()
    assert sentence in shown
