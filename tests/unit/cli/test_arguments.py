"""Which clouds, plans and mappings the arguments mean."""

from argparse import Namespace

import pytest

from dashboard.cli.arguments import chosen_cloud, chosen_clouds, chosen_plan, read_mappings
from dashboard.errors import BadInput, NotFound
from dashboard.hosts_app.clouds import PAIRS
from dashboard.hosts_app.models import Cloud
from dashboard.migrations_app.models import Plan
from tests.support import rows

pytestmark = pytest.mark.django_db


def cloud(name: str) -> Cloud:
    return Cloud.objects.create(name=name, section=name)


def which(**named: str | None) -> Namespace:
    nothing = {"source": None, "destination": None, "tenant": None, "plan": None}
    return Namespace(**(nothing | named))


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
