"""The command line: what its arguments mean, what it prints and how it ends."""

import io
import json
import os
import re
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from dashboard.cli import command_line, commands, database, main, serve
from dashboard.cli.arguments import PAIRS, chosen_cloud, chosen_clouds, chosen_plan, read_mappings
from dashboard.cli.console import Console
from dashboard.cli.known_commands import known_commands
from dashboard.cli.prompts import confirmed_name
from dashboard.errors import BadInput, NotFound
from dashboard.hosts_app import actions
from dashboard.hosts_app.models import Cloud
from dashboard.jobs.models import Job
from dashboard.jobs.roles import Role, role_of
from dashboard.jobs.states import JobState
from dashboard.migrations_app import verbs
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.verbs.base import tenant_verbs
from tests.support import rows

HEAVY = {
    *("django", "rich", "rich.progress", "rest_framework.views", "drf_spectacular.openapi"),
    *("keystoneauth1", "openstack", "fuelclient", "pyghmi", "pymysql", "gunicorn", "requests"),
}
HEAVY_PACKAGES = (
    *("dashboard.cli.commands.", "dashboard.hosts_app.actions.", "dashboard.migrations_app.verbs."),
    *("dashboard.clients.", "dashboard.migrations_app.resources."),
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _without_configuration(settings):
    settings.PUMPHOUSE_CONFIG = ""


@pytest.fixture
def plan() -> Plan:
    old, new = rows.two_clouds()
    return rows.plan_of(rows.tenant_of(old), new)


def run(*arguments: str) -> int:
    return command_line.run(arguments)


def cloud(name: str) -> Cloud:
    return Cloud.objects.create(name=name, section=name)


def which(**named: str | None) -> Namespace:
    nothing = {"source": None, "destination": None, "tenant": None, "plan": None}
    return Namespace(**(nothing | named))


def test_every_file_of_commands_and_of_host_actions_is_a_command_but_for_parts_of_another_one():
    packages = (commands, verbs, actions)
    files = {path.stem for each in packages for path in Path(*each.__path__).glob("*.py")}
    others = {"__init__", "base", "power", "shared_options"} | {
        verb.name for verb in tenant_verbs() if verb.command
    }
    assert {name.replace("-", "_") for name in known_commands()} == files - others


def test_every_command_says_in_one_line_what_it_does():
    for name, known in known_commands().items():
        assert known.help.endswith("."), name


def test_every_known_command_is_the_command_that_its_file_declares():
    for name, known in known_commands().items():
        assert known.command.name == name


def test_version_and_help_import_neither_django_nor_any_command():
    told = heavy_modules("--version"), heavy_modules("--help")
    assert told == (set(), set())


def test_the_newest_jobs_are_shown_without_the_clients_of_clouds_and_fuel():
    assert heavy_modules("status") <= {"django", "dashboard.cli.commands.status", "rich"}


def heavy_modules(argument: str) -> set[str]:
    """Return which of the modules that are only imported where they are needed are imported."""
    script = (
        "import sys; from dashboard.cli.main import main\n"
        f"try: main([{argument!r}])\n"
        "except SystemExit: pass\n"
        "print(*sys.modules)"
    )
    told = subprocess.check_output([sys.executable, "-c", script], text=True)
    imported = set(told.splitlines()[-1].split())
    return {name for name in imported if name in HEAVY or name.startswith(HEAVY_PACKAGES)}


@pytest.mark.parametrize("argument", ["config.yaml", "/etc/pumphouse/clouds.yml"])
def test_a_first_argument_that_ends_as_yaml_is_the_configuration(argument):
    assert main.is_configuration(argument)


def test_a_first_argument_that_is_a_file_is_the_configuration(tmp_path, monkeypatch):
    (tmp_path / "clouds").touch()
    (tmp_path / "mycloud").touch()
    monkeypatch.chdir(tmp_path)
    assert main.is_configuration("mycloud")
    assert not main.is_configuration("clouds")
    assert not main.is_configuration("plan")


@pytest.mark.parametrize(
    "arguments",
    [
        ["nowhere.yaml", "clouds"],
        ["-c", "nowhere.yaml", "clouds"],
        ["clouds", "--config", "nowhere.yaml"],
        ["clouds", "--config=nowhere.yaml"],
    ],
)
def test_the_configuration_may_stand_anywhere(arguments, monkeypatch):
    monkeypatch.setattr(command_line, "run", lambda given: given)
    monkeypatch.setenv("PUMPHOUSE_CONFIG", "")
    main.main(arguments)
    assert os.environ["PUMPHOUSE_CONFIG"] == str(Path("nowhere.yaml").absolute())


def test_the_api_of_2015_is_the_command_up(monkeypatch):
    monkeypatch.setattr(serve, "run_pumphouse", lambda given: given)
    assert serve.main(["config.yaml"]) == ["config.yaml", "up"]
    assert serve.main(["--bind", "127.0.0.1:1"]) == ["up", "--bind", "127.0.0.1:1"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["frobnicate"], "invalid choice: 'frobnicate'"),
        ([], "required: COMMAND"),
        (["status", "seventy"], "invalid int value: 'seventy'"),
        (["status", "77"], "There is no job 77."),
        (["retry", "77"], "There is no step 77."),
        (["tenants", "atlantis"], "There is no cloud named 'atlantis'."),
        (["execute", "nobody"], "There is no plan for tenant 'nobody'."),
        (["execute"], "Which plan?"),
        (["execute", "--plan", "77"], "There is no plan 77."),
        (["plan", "demo"], "It is not clear which cloud is which."),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_two(arguments, sentence, capsys):
    assert run(*arguments) == 2
    out, err = capsys.readouterr()
    assert sentence in err
    assert out == ""
    assert "Traceback" not in err


def test_bad_input_is_a_document_when_one_is_asked_for(capsys):
    assert run("status", "77", "--json") == 2
    assert json.loads(capsys.readouterr().out) == {
        "error": "There is no job 77.",
        "fix": "See pumphouse status.",
    }


def test_a_configuration_that_is_wrong_is_told_by_file_and_line(settings, tmp_path, capsys):
    path = tmp_path / "clouds.yaml"
    path.write_text("clouds:\n  a:\n    auth:\n      auth_uri: x\n")
    settings.PUMPHOUSE_CONFIG = str(path)
    assert run("clouds") == 2
    assert f"{path}, line 4" in capsys.readouterr().err


def test_an_error_is_printed_with_its_secrets_masked(settings, capsys):
    Console().print_error(BadInput("Cannot use mysql://keystone:hunter2hunter2@db/keystone."))
    assert "hunter2" not in capsys.readouterr().err


def test_a_fault_of_ours_is_told_without_what_it_said(capsys, monkeypatch):
    def break_down():
        raise RuntimeError("mysql://keystone:hunter2hunter2@db/keystone")

    monkeypatch.setattr(database, "prepare_database", break_down)
    assert run("status") == 1
    err = capsys.readouterr().err
    assert err == "pumphouse: Internal error: RuntimeError.\n"


def test_json_is_the_only_thing_on_standard_output(plan, capsys):
    rows.job_of(plan, JobState.FAILED)
    assert run("--json", "status") == 0
    assert len(json.loads(capsys.readouterr().out)["jobs"]) == 1


def test_the_status_of_a_failed_job_tells_what_helps_and_fails(plan, capsys):
    job = rows.job_of(plan, JobState.FAILED)
    assert run("status", str(job.pk)) == 1
    out = capsys.readouterr().out
    assert "NoValidHost" in out
    assert "Free 4 cores on the destination" in out
    assert re.search(r"^    .*pumphouse retry \d+, or pumphouse skip \d+ --reason", out, re.M)


def test_names_with_brackets_are_printed_as_they_are(plan, capsys):
    job = rows.job_of(plan, JobState.DONE)
    Job.objects.filter(pk=job.pk).update(title="Move [bold]demo[/bold]")
    run("status")
    assert "Move [bold]demo[/bold]" in capsys.readouterr().out


@pytest.mark.parametrize("pair", PAIRS)
def test_clouds_whose_names_tell_need_not_be_named(pair):
    source, destination = (cloud(name) for name in pair)
    cloud("third")
    assert chosen_clouds(which()) == (source, destination)
    assert chosen_cloud("source") == source
    assert chosen_cloud("destination") == destination


def test_a_cloud_that_has_vanished_is_not_chosen_by_itself():
    for name in PAIRS[0]:
        cloud(name)
    Cloud.objects.filter(name=PAIRS[0][1]).update(state=Cloud.State.VANISHED)
    with pytest.raises(BadInput, match="which cloud is which"):
        chosen_clouds(which())


def test_the_clouds_of_the_named_file_come_before_those_of_other_files(settings, tmp_path):
    for name in ("source", "destination", "src", "dst"):
        cloud(name)
    settings.PUMPHOUSE_CONFIG = str(tmp_path / "clouds.yaml")
    named = Cloud.objects.filter(name__in=["src", "dst"])
    named.update(location=settings.PUMPHOUSE_CONFIG)
    assert [each.name for each in chosen_clouds(which())] == ["src", "dst"]
    assert chosen_cloud("source").name == "src"


def test_the_same_cloud_twice_is_refused():
    cloud("a")
    with pytest.raises(BadInput, match="are both a"):
        chosen_clouds(which(source="a", destination="a"))


def test_a_tenant_means_its_newest_plan(plan):
    newer = rows.plan_of(plan.source.tenants.get(), plan.destination)
    assert chosen_plan(which(tenant="demo")) == newer
    assert chosen_plan(which(tenant=plan.tenant_id)) == newer
    assert chosen_plan(which(plan=plan.pk)) == plan


def test_a_name_that_several_tenants_have_is_not_guessed(plan):
    Plan.objects.create(
        source=plan.source, destination=plan.destination, tenant_id="other", tenant_name="demo"
    )
    with pytest.raises(BadInput, match="several tenants named 'demo'"):
        chosen_plan(which(tenant="demo"))
    with pytest.raises(NotFound):
        chosen_plan(which(tenant="demo", source=plan.destination.name))


def test_mappings_are_read_with_whatever_their_names_contain():
    pairs = ["network:public=ext-net", "flavor:a=b=c", "image:10:04=x"]
    assert read_mappings(pairs) == {
        "network:public": "ext-net",
        "flavor:a=b": "c",
        "image:10:04": "x",
    }


@pytest.mark.parametrize("pair", ["public=ext", "network:=x", "network:public", "network:public="])
def test_a_mapping_that_lacks_something_is_refused(pair):
    with pytest.raises(BadInput, match="is not a mapping"):
        read_mappings([pair])


def test_a_plan_shows_what_is_lost_and_what_blocks(capsys):
    from dashboard.cli.plan_report import print_plan

    old, new = rows.two_clouds()
    blocked = rows.plan_of(rows.tenant_of(old), new, state=Plan.State.BLOCKED)
    print_plan(blocked, Console())
    out = capsys.readouterr().out
    assert "Tags need a newer API than old has." in out
    assert out.index("The tenant needs 16 cores") < out.index("which is not migrated")
    assert "openstack quota set --cores 16 demo" in out


def test_a_blocked_plan_is_not_executed(capsys):
    old, new = rows.two_clouds()
    rows.plan_of(rows.tenant_of(old), new, state=Plan.State.BLOCKED)
    assert run("execute", "demo") == 2
    assert not Job.objects.exists()


def test_a_plan_that_relies_on_what_was_rolled_back_since_is_not_executed(plan, capsys):
    item = plan.items.exclude(action="skip").first()
    plan.items.filter(pk=item.pk).update(action="keep")
    rows.ledger_of(plan)
    plan.ledger_entries.filter(type=item.type, source_id=item.source_id).update(state="removed")
    assert run("execute", "demo") == 2
    assert "1 object that the plan found already migrated is no longer on new." in (
        capsys.readouterr().err
    )
    assert not Job.objects.exists()


def test_without_a_configuration_the_clouds_say_what_to_do(capsys):
    assert run("clouds") == 0
    assert "Pass a clouds.yaml" in capsys.readouterr().out


def test_a_time_that_cannot_be_read_is_refused(plan, capsys):
    assert run("execute", "demo", "--hold-until", "teatime") == 2
    assert (
        "hold_until must be a time as 2030-01-31T22:00, not 'teatime'." in capsys.readouterr().err
    )


@pytest.mark.parametrize("verb", ["rollback", "finalize"])
def test_what_deletes_needs_a_confirmation(plan, verb, capsys, monkeypatch):
    rows.ledger_of(plan)
    Plan.objects.update(state=Plan.State.EXECUTED, verified_at=timezone.now())
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert run(verb, "demo") == 2
    assert "Give --confirm demo." in capsys.readouterr().err
    assert run(verb, "demo", "--confirm", "Demo") == 2
    assert not Job.objects.exists()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_the_name_is_asked_for_below_what_is_touched(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", Terminal("demo\n"))
    touched = ["server web-1 is deleted"]
    assert confirmed_name(None, name="demo", touched=touched, console=Console()) == "demo"
    assert "server web-1 is deleted" in capsys.readouterr().out


def test_another_name_on_the_terminal_does_nothing(monkeypatch):
    monkeypatch.setattr(sys, "stdin", Terminal("demo2\n"))
    with pytest.raises(BadInput, match="so nothing was done"):
        confirmed_name(None, name="demo", touched=[], console=Console())


def add_user(monkeypatch: pytest.MonkeyPatch, password: str, role: str = "operator") -> int:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{password}\n"))
    return run("user", "add", "alice", "--role", role, "--password-stdin")


def test_a_user_is_added_with_a_password_from_a_pipe(monkeypatch, capsys):
    assert add_user(monkeypatch, rows.PASSWORD) == 0
    alice = User.objects.get(username="alice")
    assert alice.check_password(rows.PASSWORD)
    assert role_of(alice) == Role.OPERATOR
    out, err = capsys.readouterr()
    assert rows.PASSWORD not in out + err


def test_adding_a_user_again_changes_role_and_password(monkeypatch):
    add_user(monkeypatch, rows.PASSWORD, "admin")
    add_user(monkeypatch, "another-password-for-tests", "viewer")
    alice = User.objects.get(username="alice")
    assert alice.check_password("another-password-for-tests")
    assert role_of(alice) == Role.VIEWER


@pytest.mark.parametrize("password", ["", "short", "password123"])
def test_a_weak_password_is_refused(monkeypatch, password):
    assert add_user(monkeypatch, password) == 2
    assert not User.objects.exists()


def test_a_password_cannot_be_an_argument(capsys):
    assert run("user", "add", "alice", "--password", rows.PASSWORD) == 2
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--json", "clouds.yaml", "status"],
        ["clouds.yaml", "--json", "status"],
        ["clouds.yaml", "status", "--json"],
        ["--json", "-c", "clouds.yaml", "status"],
    ],
)
def test_json_may_stand_before_and_behind_the_configuration(arguments, monkeypatch):
    monkeypatch.setattr(command_line, "run", lambda given: given)
    monkeypatch.setenv("PUMPHOUSE_CONFIG", "")
    options = command_line.build_parser().parse_args(main.main(arguments))
    assert (options.json, options.config, options.command) == (True, "clouds.yaml", "status")


def test_the_version_is_told(capsys):
    with pytest.raises(SystemExit) as left:
        run("--version")
    assert left.value.code == 0
    assert re.fullmatch(r"Pumphouse \d+\.\d+\.\d+\n", capsys.readouterr().out)
