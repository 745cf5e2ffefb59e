"""The commands by shell and the routes by curl, as in 2015: right ones and wrong ones."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.awaiting import await_that
from tests.support.cloud.identity import PASSWORD
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.seeds import furnish
from tests.support.cloud.served import served
from tests.support.cloud.wire import connected
from tests.support.juno.cloud import JunoCloud, running_juno
from tests.support.shells_of_2015 import Installation, installation

pytestmark = pytest.mark.timeout(900)
FOLLOWS = re.compile("Started job .*|Not .*")
GLOBEX = "e153a1fdc817497b924b6105bff3f5ed"
APP = "d079ebc0-3d88-4089-a6e4-996688c189d0"


def furnished(name: str, *, first_address: int) -> MemoryCloud:
    cloud = MemoryCloud(name)
    with connected(cloud):
        furnish(cloud, first_address=first_address)
    return cloud


@pytest.fixture
def juno() -> Iterator[JunoCloud]:
    """Serve a cloud of 2014 that speaks Keystone v2.0 alone."""
    with running_juno(keystone=("v2.0",)) as cloud:
        yield cloud


@pytest.fixture
def from_old(juno: JunoCloud, tmp_path: Path) -> Iterator[Installation]:
    """Move from a cloud of 2014 to one of today."""
    new = furnished("new", first_address=110)
    with served(new):
        yield installation(
            tmp_path, source=f"{juno.url()}/v2.0", password="PASSWORD-admin", destination=new
        )


WRONG_COMMANDS = [
    ("pumphouse get_resources nowhere", 2, "no cloud named 'nowhere'"),
    ("pumphouse migrate servers", 2, "Give --ids, --tenant or --host."),
    ("pumphouse evacuate nowhere", 2, "Known hosts: juno-c1, juno-c2."),
    ("pumphouse evacuate juno-c1", 2, "Give --confirm juno-c1."),
    ("pumphouse reassign nowhere", 2, "Known hosts: juno-c1, juno-c2."),
    ("pumphouse reassign juno-c1", 1, "No Fuel master is configured."),
    ("pumphouse setup", 1, "Test tenants need Keystone v3 and Neutron"),
    ("pumphouse --dump flow.dot evacuate juno-c1", 2, "--dump is of the commands"),
    ("pumphouse-bm", 2, "See pumphouse bm --help."),
    ("pumphouse-bm -e 99 juno-c1", 2, "No cloud is in environment 99 of Fuel."),
    ("pumphouse-bm -i /nowhere/machines.yaml juno-c1", 2, "/nowhere/machines.yaml"),
    ("pumphouse-bm juno-c1", 1, "No Fuel master is configured."),
    ("pumphouse-api --port x", 2, "Unrecognized arguments: --port x."),
]


def test_commands_at_an_old_cloud(from_old: Installation, tmp_path: Path) -> None:
    told = {line: from_old.shell(line) for line, _, _ in WRONG_COMMANDS}
    wrong = [
        (line, told[line])
        for line, code, words in WRONG_COMMANDS
        if told[line][0] != code or words not in " ".join(told[line][1].split())
    ]
    assert wrong == []
    code, printed = from_old.shell("pumphouse get_resources source")
    assert code == 0 and '"juno-c1"' in printed
    graph = tmp_path / "flow.dot"
    move = f"migrate servers --tenant {GLOBEX}"
    assert from_old.shell(f"pumphouse --dump {graph} {move}")[0] == 0
    assert graph.read_text().startswith("digraph")
    code, printed = from_old.shell("pumphouse evacuate juno-c1 --confirm juno-c1")
    assert code == 0 and "Evacuate juno-c1 of source: done." in printed
    code, printed = from_old.shell(f"pumphouse {move}")
    assert code == 0 and "Move globex from source to destination: done." in printed
    assert '"app-1"' in from_old.shell("pumphouse get_resources")[1]


WRONG_REQUESTS = [
    ("GET", "/resources", "", 401),
    ("GET", "/resources", "no-such-token", 401),
    ("POST", "/tenants/nobody", "ann", 404),
    ("POST", f"/tenants/{GLOBEX}", "vic", 403),
    ("GET", f"/tenants/{GLOBEX}", "ann", 405),
    ("POST", "/servers/nothing", "ann", 404),
    ("POST", "/hosts/nowhere", "ann", 404),
    ("DELETE", "/hosts/nowhere", "ann", 404),
    ("DELETE", "/hosts/juno-c1", "vic", 403),
    ("PUT", "/hosts/juno-c1", "ann", 405),
    ("POST", "/reset", "vic", 403),
    ("GET", "/reset", "ann", 405),
    ("GET", "/events", "", 401),
    ("POST", "/events", "ann", 405),
]


def test_routes_at_an_old_cloud(from_old: Installation) -> None:
    with from_old.api():
        answers = [
            (*request, *from_old.curl(*request[:2], user=request[2])) for request in WRONG_REQUESTS
        ]
        assert [answer for answer in answers if answer[3] != answer[4]] == []
        assert all({"error", "fix"} <= json.loads(answer[5]).keys() for answer in answers)
        status, body = from_old.curl("GET", "/resources", user="vic")
        assert status == 200 and json.loads(body)["source"]["urls"] == {
            "horizon": "http://127.0.0.1/"
        }
        with from_old.events() as heard:
            assert_moved(from_old, "POST", f"/servers/{APP}")
            await_that(lambda: "event: server migrated" in heard.read_text())
        assert '"action": "migration"' in heard.read_text()
        assert_moved(from_old, "POST", f"/tenants/{GLOBEX}")
        assert "Started job" in follower(from_old, "POST", "/hosts/juno-c1")
        status, answer = from_old.curl("DELETE", "/hosts/juno-c2", user="ann")
        assert status == 202
        assert from_old.ended(answer)["explanation"].startswith("No Fuel master is configured.")


def follower(shells: Installation, method: str, path: str) -> str:
    """Return what followed the planning job of an answer: its last line, once it has ended."""
    status, answer = shells.curl(method, path, user="ann")
    assert status == 202, answer
    job = shells.ended(answer)
    assert job["state"] == "done", job
    return str(await_that(lambda: FOLLOWS.search(shells.last_line(job)))[0])


def assert_moved(shells: Installation, method: str, path: str) -> None:
    """Assert that what a request asks for is planned, and then executed to its end."""
    said = follower(shells, method, path)
    number = re.search(r"Started job (\d+)", said)
    assert number, said
    moved = shells.ended(json.dumps({"address": f"/api/jobs/{number[1]}/"}))
    assert (moved["kind"], moved["state"]) == ("execute", "done"), moved


@pytest.fixture
def of_today(tmp_path: Path) -> Iterator[Installation]:
    """Move between two clouds of today."""
    old, new = furnished("old", first_address=10), furnished("new", first_address=110)
    with served(old, new):
        yield installation(
            tmp_path, source=f"{old.url}/identity/v3", password=PASSWORD, destination=new
        )


def test_test_tenants_come_and_go_by_shell_and_by_curl(of_today: Installation) -> None:
    shell = of_today.shell
    code, said = shell("pumphouse migrate --setup --num-tenants 1 --num-servers 1 --num-volumes 1")
    assert code == 0 and "from source to destination: done." in said, said
    code, said = shell("pumphouse cleanup")
    assert code == 2 and "Give --confirm destination." in said
    code, said = shell("pumphouse cleanup --confirm destination")
    assert code == 0 and "Deleted 4 tenants, users and flavors from destination." in said, said
    code, said = shell("pumphouse setup --num-tenants 1 --num-servers 0 --num-volumes 0")
    assert code == 0, said
    before = tenants_of(of_today)
    assert len(before) == 2
    with of_today.api():
        status, answer = of_today.curl("POST", "/reset", user="ann")
        assert status == 202
        assert of_today.ended(answer)["state"] == "done"
    after = tenants_of(of_today)
    assert len(after) == 1 and not before & after
    assert shell("pumphouse cleanup source --confirm source")[0] == 0
    assert tenants_of(of_today) == set()


def tenants_of(shells: Installation) -> set[str]:
    """Return the names of the source's test tenants."""
    printed = shells.shell("pumphouse get_resources source")[1]
    found, _ = json.JSONDecoder().raw_decode(printed[printed.index("{") :])
    names = {each["data"]["name"] for each in found["resources"] if each["type"] == "tenant"}
    return {name for name in names if name.startswith("pumphouse-")}
