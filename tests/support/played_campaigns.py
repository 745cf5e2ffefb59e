"""A campaign's own looks, played on a clock: what really begins, without clouds and workers.

The looks, decisions and choices of hosts are the product's. Moves and hosts only take the time
that the simulation expects of them.
"""

import heapq
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from unittest.mock import patch

from dashboard.campaigns.models import Campaign, CampaignHost, CampaignTenant
from dashboard.campaigns.running import hosts, looking
from dashboard.campaigns.simulation.needs import needs_from
from dashboard.campaigns.simulation.room import CloudRoom, Missing
from dashboard.campaigns.simulation.simulate import BEGIN, FREE, Pace, SimulatedHost
from dashboard.jobs.requester import NOBODY
from tests.support.simulations import START

State = CampaignTenant.State
Happened = tuple[datetime, str, str]
LOOKS = 200


class PlayedCampaign:
    """Runs a campaign by its looks; ``begun`` is what began, and which hosts left, in order."""

    def __init__(
        self, campaign: Campaign, room: CloudRoom, source: Sequence[SimulatedHost]
    ) -> None:
        self._campaign, self._room = campaign, room
        self._hosts = {host.name: host for host in source}
        self._pace, self._number = Pace(), count()
        self._ends: list[tuple[datetime, int, CampaignTenant | CampaignHost]] = []
        self.time = START
        self.begun: list[Happened] = []

    def now(self) -> datetime:
        """Return the time, as ``timezone`` does."""
        return self.time

    def run(self) -> list[Happened]:
        """Look until nothing begins or ends any more, and return what began."""
        with (
            patch.object(looking, "timezone", self),
            patch.object(looking, "follow", lambda *_: None),
            patch.object(looking, "begin", self._begin),
            patch.object(hosts, "refresh_hosts", lambda _: None),
            patch.object(hosts, "_begin", self._free),
        ):
            for _ in range(LOOKS):
                if not self._look():
                    return self.begun
        raise AssertionError("it never ends")

    def _look(self) -> bool:
        """Look once, and go to the next moment; return whether there is one."""
        look = looking.look_at(self._campaign, NOBODY, take=self._take)
        if look.has_ended:
            return False
        hosts.free_host(self._campaign, look.missing, NOBODY)
        moments = [self._ends[0][0]] if self._ends else []
        moments += [look.again_at] if look.again_at else []
        if not moments:
            return False
        self.time = max(self.time, min(moments))
        self._end()
        return True

    def _take(self, tenant: CampaignTenant) -> Missing | None:
        return self._room.take(needs_from(tenant.needs))

    def _begin(self, tenant: CampaignTenant, _requester: object) -> None:
        tenant.move_to(State.MOVING)
        self.begun.append((self.time, BEGIN, tenant.name))
        needs, share = needs_from(tenant.needs), tenant.wave.share
        self._push(self._pace.end_of(needs, share, begins=self.time), tenant)

    def _free(self, host: CampaignHost, _requester: object) -> None:
        host.state = CampaignHost.State.MOVING
        host.save(update_fields=["state"])
        self._campaign.source.hosts.filter(name=host.name).delete()
        self.begun.append((self.time, FREE, host.name))
        self._push(self.time + timedelta(seconds=self._pace.host), host)

    def _push(self, at: datetime, what: CampaignTenant | CampaignHost) -> None:
        heapq.heappush(self._ends, (at, next(self._number), what))

    def _end(self) -> None:
        """End what is over by now."""
        while self._ends and self._ends[0][0] <= self.time:
            what = heapq.heappop(self._ends)[2]
            if isinstance(what, CampaignTenant):
                CampaignTenant.objects.filter(pk=what.pk).update(state=State.MOVED)
            else:
                what.state = CampaignHost.State.MOVED
                what.save(update_fields=["state"])
                self._room.add_host(what.name, self._hosts[what.name].gives)
