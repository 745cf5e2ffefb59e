"""Tenants of one wave that move at once have no more data streams than their wave may."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from dashboard.clients.traffic import traffic
from dashboard.jobs.data_streams import GroupLimit, SharedStreams
from dashboard.jobs.runner import run_job
from dashboard.migrations_app.models import Tenant
from tests.support.campaigns import begun_jobs, campaign_of, go_on, look, small_tenant, start
from tests.support.cloud.moving import TwoClouds

pytestmark = pytest.mark.django_db(transaction=True)
SECONDS = 60.0


class Passing:
    """Counts the streams that pass bytes at once; the first one goes on when another has come."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._changed, self._now, self.most = threading.Condition(), set[int](), 0
        self.refused = False
        self._allows, self._begin, self._leave = (
            GroupLimit.allows,
            SharedStreams.begin,
            SharedStreams.leave,
        )
        patch.setattr(GroupLimit, "allows", self._follow(self.allows))
        patch.setattr(SharedStreams, "begin", self._follow(self.begin))
        patch.setattr(SharedStreams, "leave", self._follow(self.leave))
        patch.setattr(traffic, "_pause", lambda _seconds: threading.Event().wait(0.005))

    def _follow(self, method: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *args: method(*args)

    def allows(self, limit: GroupLimit, place: int) -> bool:
        allowed = self._allows(limit, place)
        with self._changed:
            self.refused = self.refused or not allowed
            self._changed.notify_all()
        return allowed

    def begin(self, streams: SharedStreams, place: int) -> None:
        self._begin(streams, place)
        with self._changed:
            self._now.add(place)
            self.most = max(self.most, len(self._now))
            self._changed.notify_all()
            has_met = self._changed.wait_for(lambda: self.refused or self.most > 1, SECONDS)
        assert has_met, "no other stream came while this one passed"

    def leave(self, streams: SharedStreams, place: int) -> None:
        with self._changed:
            self._now.discard(place)
        self._leave(streams, place)


def tenant_with_image(clouds: TwoClouds, name: str) -> Tenant:
    tenant, here = small_tenant(clouds, name), clouds.source_session
    formats = {"disk_format": "raw", "container_format": "bare"}
    body = {"name": f"{name}-image", "owner": tenant.project_id, **formats}
    image = here.post("image", "/images", body)
    here.upload(f"/images/{image['id']}/file", name.encode() * 1000)
    return tenant


@pytest.mark.parametrize(("streams", "most"), [(1, 1), (0, 2)])
def test_two_tenants_at_once_share_the_streams_of_their_wave(clouds, monkeypatch, streams, most):
    tenants = [tenant_with_image(clouds, name) for name in ("one", "two")]
    campaign = campaign_of(clouds, {"all": tenants}, rules={"all": {"streams": streams}})
    start(campaign)
    look(campaign)
    for job in begun_jobs(campaign):
        run_job(job.pk)
    look(campaign)
    moving = begun_jobs(campaign)
    assert [job.kind for job in moving] == ["execute", "execute"]
    passing = Passing(monkeypatch)
    threads = [threading.Thread(target=run_job, args=[job.pk]) for job in moving]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert passing.most == most
    assert go_on(campaign).state == "done"
    names = {image["name"] for image in clouds.new.image.images.rows.values()}
    assert {"one-image", "two-image"} <= names


@pytest.mark.parametrize("servers", [0, 4])
def test_a_tenant_adapts_where_its_wave_names_no_number_of_servers(clouds, servers):
    tenant = small_tenant(clouds, "one")
    campaign = campaign_of(clouds, {"all": [tenant]}, rules={"all": {"servers_at_once": servers}})
    start(campaign)
    look(campaign)
    [planning] = begun_jobs(campaign)
    run_job(planning.pk)
    look(campaign)
    [moving] = begun_jobs(campaign)
    assert (moving.kind, bool(moving.pace)) == ("execute", servers == 0)
    assert moving.chains_at_once == (servers or 1)
    assert moving.group and moving.group.chains_at_once == servers
