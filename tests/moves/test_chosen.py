"""Single objects of a tenant between clouds in memory: they move with what they need, alone.

Each test is a move of its own, by the product's own jobs.
"""

import pytest

from dashboard.errors import BadInput
from dashboard.migrations_app.models import Plan
from tests.support.cloud.contents import changes_between, contents
from tests.support.cloud.moving import TwoClouds, fresh
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)


def moving(plan: Plan) -> set[str]:
    """Return what a plan moves, but for people and roles."""
    people = ("user", "role", "role_assignment", "keypair")
    items = plan.items.filter(left_out_by="").exclude(type__in=people)
    return {f"{item.type} {item.name.removeprefix(f'{NAME}-')}" for item in items}


def copies(clouds: TwoClouds) -> list[str]:
    """Return the names of the tenant's servers on the destination."""
    names = [row["name"] for row in clouds.new.compute.servers.rows.values()]
    return sorted(name for name in names if name.startswith(NAME))


def sentences(plan: Plan, severity: str) -> list[str]:
    return [*plan.findings.filter(severity=severity).values_list("sentence", flat=True)]


def test_a_server_moves_with_what_it_needs_and_nothing_else(clouds: TwoClouds):
    plan = clouds.plan(NAME, only=[f"server:{NAME}-web-1"])
    assert plan.state == Plan.State.READY, sentences(plan, "block")
    expected = moving(plan)
    assert {"server web-1", "port port-1", "volume data", "floating_ip 172.24.4.11"} <= expected
    assert {"network net", "subnet desks", "router router"} <= expected
    assert {"server web-2", "volume root"}.isdisjoint(expected)
    assert "neither chosen nor needed" not in " ".join(sentences(plan, "warn"))
    before = contents(clouds.old)
    clouds.execute(plan)
    changed = changes_between(before, contents(clouds.old))
    assert [line for line in changed if f"{NAME}-web-2" in line] == []
    assert copies(clouds) == [f"{NAME}-web-1"]
    assert clouds.verify(plan) == []


def test_a_later_plan_of_the_whole_tenant_takes_them_over(clouds: TwoClouds):
    clouds.execute(clouds.plan(NAME, only=[f"server:{NAME}-web-1"]))
    whole = clouds.plan(NAME)
    assert whole.items.get(type="server", name=f"{NAME}-web-1").action == "keep"
    assert whole.items.get(type="server", name=f"{NAME}-web-2").action == "create"
    clouds.execute(whole)
    assert clouds.verify(whole) == []
    assert fresh(whole).state == Plan.State.EXECUTED
    assert copies(clouds) == [f"{NAME}-web-1", f"{NAME}-web-2"]


def test_what_has_moved_stays_moved_when_something_else_is_chosen(clouds: TwoClouds):
    clouds.execute(clouds.plan(NAME, only=[f"server:{NAME}-web-1"]))
    next_ = clouds.plan(NAME, only=[f"server:{NAME}-web-2"])
    assert next_.state == Plan.State.READY, sentences(next_, "block")
    assert next_.items.get(type="server", name=f"{NAME}-web-1").action == "keep"
    clouds.execute(next_)
    assert clouds.verify(next_) == []


def test_a_rollback_takes_back_the_single_server_alone(clouds: TwoClouds):
    old, new = contents(clouds.old), contents(clouds.new)
    plan = clouds.plan(NAME, only=[f"server:{NAME}-web-1"])
    clouds.execute(plan)
    clouds.roll_back(plan)
    assert changes_between(old, contents(clouds.old)) == []
    assert changes_between(new, contents(clouds.new)) == []


def test_a_network_comes_with_its_subnets_and_router_but_without_servers(clouds: TwoClouds):
    plan = clouds.plan(NAME, only=[f"network:{NAME}-net"])
    assert {"network net", "subnet desks", "router router"} <= moving(plan)
    assert not [line for line in moving(plan) if line.split()[0] in ("server", "port", "volume")]


def test_a_star_stands_for_all_of_a_type_even_if_there_is_none(clouds: TwoClouds):
    plan = clouds.plan(NAME, only=["image:*", "keypair:*"])
    assert plan.state == Plan.State.READY, sentences(plan, "block")
    moved = {item.source_id for item in plan.items.filter(type="image", left_out_by="")}
    assert moved == {item.source_id for item in plan.items.filter(type="image")} != set()
    assert not plan.items.filter(type__in=("server", "network"), left_out_by="").exists()


def test_an_object_that_the_tenant_does_not_have_blocks_the_plan(clouds: TwoClouds):
    plan = clouds.plan(NAME, only=["server:nobody", f"server:{NAME}-web-1"])
    assert plan.state == Plan.State.BLOCKED
    assert sentences(plan, "block") == ["The tenant has no server nobody."]


@pytest.mark.parametrize(
    ("text", "said"),
    [("web-1", "names no object"), ("server:", "names no object"), ("cow:1", "unknown type")],
)
def test_what_names_no_object_is_refused(clouds: TwoClouds, text: str, said: str):
    with pytest.raises(BadInput, match=said):
        clouds.plan(NAME, only=[text])
    assert not Plan.objects.exists()
