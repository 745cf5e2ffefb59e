"""The pages of clouds show what the apps above add, and need none of them."""

import pytest
from django.test import Client

from dashboard.hosts_app.models import Cloud
from dashboard.hosts_app.views import cloud_contents
from tests.support import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def clouds() -> tuple[Cloud, Cloud]:
    return rows.two_clouds()


@pytest.fixture
def viewer() -> Client:
    client = Client()
    client.force_login(rows.user_with("viewer"))
    return client


def page(viewer: Client, address: str) -> str:
    answer = viewer.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_counts_the_tenants_of_each_cloud(
    viewer: Client, clouds: tuple[Cloud, Cloud]
) -> None:
    for name in ("shop", "blog"):
        rows.tenant_of(clouds[0], name)
    shown = page(viewer, "/clouds/")
    assert 'href="/tenants/?cloud=old&amp;kind=all" aria-label="2 tenants of old">2</a>' in shown
    assert "tenants of new" not in shown


def test_the_page_of_a_cloud_lists_its_tenants_and_no_others(
    viewer: Client, clouds: tuple[Cloud, Cloud]
) -> None:
    rows.tenant_of(clouds[0], "shop")
    rows.tenant_of(clouds[1], "blog")
    shown = page(viewer, clouds[0].get_absolute_url())
    assert ">shop</a>" in shown and ">blog</a>" not in shown


def test_without_other_apps_the_pages_of_clouds_know_no_tenants(
    viewer: Client, clouds: tuple[Cloud, Cloud], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows.tenant_of(clouds[0], "shop")
    monkeypatch.setattr(cloud_contents, "_contents", [])
    assert 'data-label="Tenants"' not in page(viewer, "/clouds/")
    assert "shop" not in page(viewer, clouds[0].get_absolute_url())
