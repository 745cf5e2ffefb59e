"""``pumphouse host``: the list, and the power; at the seams where clouds and BMCs are asked."""

import json

import pytest

from dashboard.cli.commands import host as host_command
from dashboard.clients.ipmi import Bmc, PowerState
from dashboard.hosts_app.job_kinds import discover_hosts, host_power
from dashboard.hosts_app.models import Host
from dashboard.hosts_app.plans.host_action import all_host_actions
from dashboard.hosts_app.plans.lines import PlanDraft, PlanLine
from dashboard.hosts_app.power import switching as power
from dashboard.jobs.models import Job
from tests.support import rows
from tests.support.commands import run
from tests.support.host_rows import hosts_of

# transaction: the command runs its job on a thread, which sees what was committed
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def hosts(monkeypatch: pytest.MonkeyPatch) -> list[Host]:
    """Return the hosts of a cloud that are as they are stored, whoever looks at them."""
    old, _ = rows.two_clouds()
    monkeypatch.setattr(discover_hosts, "refresh_hosts", lambda cloud: cloud.hosts.count())
    monkeypatch.setattr(power, "refresh_power", lambda _: "")
    monkeypatch.setattr(host_power, "refresh_power", lambda _: "")
    return hosts_of(old)


@pytest.fixture
def switched(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Return what was done to which host's power."""
    done: list[tuple[str, str]] = []
    monkeypatch.setattr(
        host_power, "switch", lambda host, operation, _context: done.append((host, operation))
    )
    return done


@pytest.fixture
def _runs_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    line = PlanLine(
        number=1, subject="web-1", state="ACTIVE", outcome="loses its power", why="it runs"
    )
    for name in ("power_off", "power_cycle", "soft_off"):
        monkeypatch.setattr(
            all_host_actions()[name], "draft", lambda *_given: PlanDraft(lines=[line])
        )


def rank(host: Host, place: int, reason: str) -> None:
    host.evacuation_cost, host.power = {"rank": place, "reason": reason}, Host.Power.OFF
    host.save()


def test_the_host_to_free_next_is_listed_first_with_its_reason(hosts, capsys):
    first, second = hosts[:2]
    rank(second, 1, "has no servers")
    rank(first, 2, "3 servers with 512 MiB of RAM")
    for host in hosts[2:]:
        rank(host, 3, "")
    assert run("host", "list", "--cloud", "old") == 0
    told = [line for line in capsys.readouterr().out.splitlines() if line[:1].isdigit()]
    assert told[0].split()[:2] == ["1", second.name] and "has no servers" in told[0]
    assert told[1].split()[:2] == ["2", first.name] and "3 servers with 512 MiB" in told[1]


def test_why_a_bmc_did_not_say_is_told_below_the_list(hosts, capsys):
    hosts[0].power, hosts[0].power_problem = "", "The BMC refused the password of admin."
    hosts[0].save()
    assert run("host", "list", "--cloud", "old") == 0
    told = f"Power of {hosts[0].name}: The BMC refused the password of admin."
    assert told in capsys.readouterr().out.splitlines()


def test_the_list_is_a_document_with_power_and_evacuation_cost(hosts, capsys):
    rank(hosts[0], 1, "has no servers")
    assert run("--json", "host", "list", "--cloud", "old") == 0
    found = {each["name"]: each for each in json.loads(capsys.readouterr().out)["hosts"]}
    assert found[hosts[0].name]["evacuation_cost"] == {"rank": 1, "reason": "has no servers"}
    assert found[hosts[0].name]["power"] == "off"


def test_the_power_is_told_without_a_job_also_of_a_host_in_no_cloud(monkeypatch, capsys):
    bmc = Bmc(name="spare", address="127.0.0.1", user="admin", password="secret-of-spare")
    monkeypatch.setattr(Bmc, "power_status", lambda _: PowerState.OFF)
    monkeypatch.setattr(host_command, "bmc_of", lambda _: bmc)
    assert run("host", "power", "status", "spare") == 0
    assert capsys.readouterr().out == "spare is off.\n"
    assert not Job.objects.exists()


@pytest.mark.parametrize(("word", "operation"), [("on", "on"), ("pxe", "boot_from_network")])
def test_what_takes_no_power_is_done_at_once(hosts, switched, word, operation):
    assert run("host", "power", word, hosts[0].name, "--cloud", "old") == 0
    assert switched == [(hosts[0].name, operation)]


@pytest.mark.usefixtures("_runs_a_server")
@pytest.mark.parametrize(
    ("word", "operations"),
    [("off", ["off"]), ("cycle", ["off", "on"]), ("soft-off", ["soft_off"])],
)
def test_what_takes_power_wants_the_hosts_name(hosts, switched, word, operations, capsys):
    name = hosts[0].name
    command = ("host", "power", word, name, "--cloud", "old")
    assert run(*command, "--plan-only") == 0
    assert "web-1 (ACTIVE): loses its power" in capsys.readouterr().out
    assert run(*command, "--confirm", "yes") == 2
    assert switched == []
    assert run(*command, "--confirm", name) == 0
    assert switched == [(name, operation) for operation in operations]
