"""``pumphouse migrate`` between two clouds in memory."""

import json

import pytest

from dashboard.jobs.models import Job
from dashboard.migrations_app.models import Plan
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.seeds import NAME
from tests.support.commands import run

pytestmark = pytest.mark.django_db(transaction=True)

CLOUDS = ("--source", "old", "--destination", "new")


def id_of(cloud: MemoryCloud, collection: str, name: str) -> str:
    rows = cloud.rows(collection).values()
    return str(next(row["id"] for row in rows if row["name"] == name))


def included(type_name: str) -> list[str]:
    """Return the names of what the newest plan moves of a type."""
    items = Plan.objects.latest("pk").items.filter(type=type_name, left_out_by="")
    return sorted(items.values_list("name", flat=True))


def test_a_server_by_its_id_is_planned_and_moved_and_a_second_time_changes_nothing(
    clouds: TwoClouds, capsys
):
    server = id_of(clouds.old, "compute/servers", f"{NAME}-web-1")
    assert run("--json", "migrate", "servers", "--ids", server, *CLOUDS) == 0
    document = json.loads(capsys.readouterr().out)
    assert [job["state"] for job in document["jobs"]] == ["done"]
    assert [plan["options"]["only"] for plan in document["plans"]] == [[f"server:{server}"]]
    copies = {row["name"] for row in clouds.new.rows("compute/servers").values()}
    assert f"{NAME}-web-1" in copies and f"{NAME}-web-2" not in copies
    assert run("migrate", "servers", "--ids", server, *CLOUDS) == 0
    assert not Job.objects.filter(kind="execute").latest("pk").steps.filter(action="create")


def test_what_was_not_chosen_is_counted_and_not_listed(clouds: TwoClouds, capsys):
    image = id_of(clouds.old, "image/images", f"{NAME}-system")
    assert run("migrate", "images", "--ids", image, "--plan-only", *CLOUDS) == 0
    told = capsys.readouterr().out
    count = Plan.objects.latest("pk").items.exclude(left_out_by="").count()
    assert f"{count} objects are neither chosen nor needed by what is." in told
    assert f"{NAME}-system" in told and f"{NAME}-web-1" not in told


@pytest.mark.parametrize(
    ("arguments", "types"),
    [
        (("identity", "-t", NAME), {"project", "user", "role", "role_assignment"}),
        (("images", "-t", NAME), {"project", "image"}),
        (("projects", "-i", NAME), {"project", "network", "router", "image", "user"}),
        (("flavors", "-t", NAME), {"project", "flavor"}),
    ],
)
def test_all_of_a_tenant_is_chosen_by_the_words_of_2015(clouds: TwoClouds, arguments, types):
    assert run("migrate", *arguments, "--plan-only", *CLOUDS) == 0
    items = Plan.objects.latest("pk").items
    moving = {*items.filter(left_out_by="").values_list("type", flat=True)}
    assert types <= moving
    assert moving.isdisjoint({"server", "port", "floating_ip"})
    assert not Job.objects.filter(kind="execute").exists()


def test_the_servers_of_a_host_are_found_though_nova_lists_others_too(clouds: TwoClouds):
    rows = [*clouds.old.rows("compute/servers").values()]
    chosen = next(row for row in rows if row["name"] == f"{NAME}-web-2")
    for row in rows:
        row["OS-EXT-SRV-ATTR:host"] = "host-9" if row is chosen else "host-1"
    assert run("migrate", "--host", "host-9", "--plan-only", *CLOUDS) == 0
    assert included("server") == [f"{NAME}-web-2"]
    assert Plan.objects.count() == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("servers",), "Which objects?"),
        (("images", "--host", "host-1"), "--host stands alone"),
        (("flavors", "--ids", "f1"), "Flavors belong to no tenant."),
        (("projects", "--ids", "a", "--tenant", "b"), "The ids of projects are tenants."),
        (("cows", "--ids", "a"), "invalid choice: 'cows'"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_with_what_to_do(
    clouds: TwoClouds, arguments, said, capsys
):
    assert run("migrate", *arguments, *CLOUDS) == 2
    assert said in capsys.readouterr().err
    assert not Plan.objects.exists()


def test_an_id_that_the_cloud_does_not_have_is_named(clouds: TwoClouds, capsys):
    assert run("migrate", "volumes", "--ids", "v-nowhere", *CLOUDS) == 2
    assert "Cloud old has no volume v-nowhere." in capsys.readouterr().err
    assert not Plan.objects.exists()


def test_the_graph_of_the_plan_is_written_as_dot(clouds: TwoClouds, tmp_path):
    server = id_of(clouds.old, "compute/servers", f"{NAME}-web-1")
    file = tmp_path / "flow.dot"
    wanted = ("migrate", "servers", "--ids", server, "--plan-only", "--dump", str(file))
    assert run(*wanted, *CLOUDS) == 0
    text = file.read_text()
    assert text.startswith("digraph plan {") and f"Boot server {NAME}-web-1" in text
    assert f'"server:{server}:stop" -> "server:{server}:capture"' in text
    assert f"{NAME}-web-2" not in text
    assert run(*wanted, *CLOUDS) == 2


def test_svg_needs_graphviz(clouds: TwoClouds, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    wanted = ("plan", NAME, "--dump", str(tmp_path / "flow.svg"))
    assert run(*wanted, *CLOUDS) == 2
    assert "whose program dot is not installed here" in capsys.readouterr().err
    assert not Plan.objects.exists()


def test_setup_comes_first_and_what_it_has_made_moves(clouds: TwoClouds, monkeypatch):
    made = {"id": id_of(clouds.old, "identity/projects", NAME)}
    monkeypatch.setattr("dashboard.cli.commands.migrate.seed", lambda *_: [made])
    assert run("migrate", "images", "--setup", "--plan-only", *CLOUDS) == 0
    assert Plan.objects.latest("pk").options["only"] == ["image:*"]
    assert included("image")
