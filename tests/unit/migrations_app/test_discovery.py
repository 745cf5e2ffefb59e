"""Refreshing a cloud forgets no tenant that it could not see."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.errors import NeedsOperator
from dashboard.hosts_app.models import Cloud
from dashboard.migrations_app.discovery import look_at
from tests.support.cloud.messages import Answer, Request
from tests.support.cloud.moving import TwoClouds, two_clouds
from tests.support.cloud.seeds import NAME, tenant_between

pytestmark = pytest.mark.django_db

HTML = {"Content-Type": "text/html"}
NO_WHOLE_LISTS = {
    "a page": Answer(body=b"<html>Log in</html>", headers=HTML),
    "no list": Answer(body={"hello": "world"}),
    "a cut list": Answer(body={"projects": [], "truncated": True}),
}


@pytest.fixture
def clouds(tmp_path: Path) -> Iterator[TwoClouds]:
    """Serve two clouds, the tenants of the old one stored."""
    with two_clouds(tmp_path) as clouds:
        tenant_between(clouds.old, clouds.new)
        look_at(clouds.source)
        yield clouds


@pytest.mark.parametrize("answer", NO_WHOLE_LISTS.values(), ids=[*NO_WHOLE_LISTS])
def test_no_tenant_is_forgotten_when_the_list_is_not_whole(clouds, answer):
    def instead(request: Request, given: Answer) -> None:
        if request.path.endswith("/projects"):
            vars(given).update(vars(answer))

    clouds.old.on_answer = instead
    with pytest.raises(NeedsOperator):
        look_at(clouds.source)
    assert clouds.source.tenants.filter(name=NAME).exists()
    clouds.source.refresh_from_db()
    assert clouds.source.state == Cloud.State.UNREACHABLE
