"""Simulates a whole campaign: what begins and ends when, and where it cannot go on. Pure.

It decides as the run does (``deciding.decide``, ``hosts.choose_host``); only the time that things
take is a guess. Moved servers stay on the source, as they do until somebody finalizes: a host is
freed only if its servers fit on the hosts that stay.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from math import ceil
from typing import Self

from dashboard.campaigns.simulation.deciding import Candidate, Decision, Rules, decide
from dashboard.campaigns.simulation.hosts import FreeableHost, choose_host
from dashboard.campaigns.simulation.needs import Needs, Resources
from dashboard.campaigns.simulation.room import DISK, RAM, VCPU, CloudRoom, Missing

BEGIN, END, FREE, ARRIVE = "begin", "end", "free", "arrive"


@dataclass(frozen=True, kw_only=True)
class Share:
    """How many servers of a tenant are in cutover at once, and how much of a data stream it has.

    A tenant that adapts has a few servers; the pace of copies is that of one stream.
    """

    servers: float = 3.0
    streams: float = 1.0

    @classmethod
    def of(cls, tenants: int, *, servers: int, streams: int) -> Self:
        """Return an equal share of a wave's limits for so many tenants, 0 is no limit."""
        return cls(
            servers=servers / tenants if servers else cls.servers,
            streams=min(cls.streams, streams / tenants) if streams else cls.streams,
        )


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How long things take, in seconds: a tenant, a server, a GiB, and a host on its way."""

    tenant: float = 120.0
    server: float = 60.0
    gib: float = 20.0
    host: float = 3600.0

    def end_of(
        self, needs: Needs, share: Share, *, begins: datetime, cutover_at: datetime | None = None
    ) -> datetime:
        """Return when the move of a tenant ends that has this share of its wave's limits.

        Copies are made first; servers wait for the time of cutover, if there is one.
        """
        copies = self.gib * needs.copied_gib / share.streams
        copied = begins + timedelta(seconds=self.tenant + copies)
        servers = self.server * ceil(len(needs.servers) / share.servers)
        return max(copied, cutover_at or copied) + timedelta(seconds=servers)


@dataclass(frozen=True, kw_only=True)
class SimulatedTenant:
    """A tenant before it moves. One that was moved before takes no time."""

    candidate: Candidate
    needs: Needs
    has_moved: bool = False


@dataclass(frozen=True, kw_only=True)
class SimulatedWave:
    """A wave: its rules, and its tenants in order; none ends before the time of cutover."""

    name: str
    rules: Rules
    tenants: Sequence[SimulatedTenant]
    share: Share = Share()
    cutover_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class SimulatedHost:
    """A host of the source with the servers on it, and what it would give to the destination."""

    name: str
    gives: Resources
    free: Resources
    servers: Sequence[Resources] = ()
    obstacle: str = ""
    takes_servers: bool = True


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happens: a tenant begins or ends, a host leaves or arrives."""

    at: datetime
    kind: str
    name: str
    key: int = 0


@dataclass(kw_only=True)
class Simulation:
    """What will happen, in order; ``left`` are the tenants that never begin, by name, and why."""

    events: list[Event] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)
    stops_at: str = ""
    ends_at: datetime | None = None


class Simulator:
    """Plays a campaign through, event by event."""

    def __init__(
        self, room: CloudRoom, hosts: Sequence[SimulatedHost], *, frees_hosts: bool, pace: Pace
    ) -> None:
        self._room, self._pace, self._frees_hosts = room, pace, frees_hosts
        self._hosts = {host.name: host for host in hosts}
        self._source = CloudRoom(
            hosts={host.name: dict(host.free) for host in hosts if host.takes_servers}
        )
        self._servers = {host.name: list(host.servers) for host in hosts}
        self._queue: list[tuple[datetime, int, str, SimulatedTenant | SimulatedHost]] = []
        self._number = count()
        self._lacking: dict[int, Missing] = {}
        # why a host cannot leave; known until one has left
        self._obstacles: dict[str, str] = {}
        self._host_is_under_way = False
        self.found = Simulation()

    def run(self, waves: Iterable[SimulatedWave], *, start: datetime) -> Simulation:
        """Return what will happen from then on."""
        now = start
        for wave in waves:
            if self.found.stops_at:
                self._leave(wave.tenants, f"{self.found.stops_at} is not over")
            else:
                now = self._run_wave(wave, now)
        self.found.ends_at = now
        return self.found

    def _run_wave(self, wave: SimulatedWave, now: datetime) -> datetime:
        waiting = {tenant.candidate.key: tenant for tenant in wave.tenants}
        running: dict[int, Candidate] = {}
        while waiting or running:
            decision = self._decide(wave, waiting, running, now)
            self._begin(decision, wave, waiting, running, now)
            why_not = self._free_host(decision, now)
            later = self._next(decision)
            if later is None:
                self.found.stops_at = wave.name
                why = why_not or decision.waits_for
                self._leave(waiting.values(), why, decision.reasons)
                return now
            now = max(now, later)
            self._end(running, now)
        return now

    def _decide(
        self,
        wave: SimulatedWave,
        waiting: dict[int, SimulatedTenant],
        running: dict[int, Candidate],
        now: datetime,
    ) -> Decision:
        def take(candidate: Candidate) -> Missing | None:
            key = candidate.key
            # what did not fit does not fit until there is more room
            known = self._lacking.get(key)
            if known and known.is_lasting:
                return known
            missing = self._room.take(waiting[key].needs)
            if missing is not None:
                self._lacking[key] = missing
            return missing

        candidates = [tenant.candidate for tenant in waiting.values()]
        return decide(wave.rules, candidates, running.values(), now=now, take=take)

    def _begin(
        self,
        decision: Decision,
        wave: SimulatedWave,
        waiting: dict[int, SimulatedTenant],
        running: dict[int, Candidate],
        now: datetime,
    ) -> None:
        for candidate in decision.begin:
            tenant = waiting.pop(candidate.key)
            running[candidate.key] = candidate
            self._note(now, BEGIN, candidate.name, candidate.key)
            ends = now if tenant.has_moved else self._end_of(tenant, wave, now)
            self._push(ends, END, tenant)

    def _end_of(self, tenant: SimulatedTenant, wave: SimulatedWave, now: datetime) -> datetime:
        return self._pace.end_of(tenant.needs, wave.share, begins=now, cutover_at=wave.cutover_at)

    def _free_host(self, decision: Decision, now: datetime) -> str:
        """Free a host where one is needed and none is on its way; return why none can leave."""
        if not (self._frees_hosts and decision.missing) or self._host_is_under_way:
            return ""
        takers = len(self._source.hosts)
        choice = choose_host(self._ranked(), decision.missing, takers=takers)
        if choice.host is None:
            return choice.why_not
        host = self._hosts.pop(choice.host.name)
        servers = self._servers.pop(host.name)
        self._source.hosts.pop(host.name, None)
        self._spread(servers)
        self._host_is_under_way = True
        self._note(now, FREE, host.name)
        self._push(now + timedelta(seconds=self._pace.host), ARRIVE, host)
        return ""

    def _ranked(self) -> Iterator[FreeableHost]:
        """Yield the hosts in the order of the ranking: least disk and RAM to move, fewest servers,
        most CPUs gained."""

        def effort(host: SimulatedHost) -> tuple[bool, int, int, int, int, str]:
            servers = self._servers[host.name]
            disk, ram = (sum(each.get(name, 0) for each in servers) for name in (DISK, RAM))
            gained = host.gives.get(VCPU, 0)
            return bool(host.obstacle), disk, ram, len(servers), -gained, host.name

        yield from map(self._freeable, sorted(self._hosts.values(), key=effort))

    def _freeable(self, host: SimulatedHost) -> FreeableHost:
        if host.name not in self._obstacles:
            self._obstacles[host.name] = host.obstacle or self._lack_without(host.name)
        return FreeableHost(
            name=host.name,
            gives=host.gives,
            obstacle=self._obstacles[host.name],
            takes_servers=host.takes_servers,
        )

    def _lack_without(self, name: str) -> str:
        """Return that the other hosts have no room for the servers of one, "" if they have."""
        servers = self._servers[name]
        others = {host: dict(free) for host, free in self._source.hosts.items() if host != name}
        if servers and isinstance(CloudRoom(hosts=others).place(servers), Missing):
            return f"the other hosts have no room for its {len(servers)} servers"
        return ""

    def _spread(self, servers: Iterable[Resources]) -> None:
        """Place the servers of a host that leaves on those that stay."""
        placed = self._source.place(servers)
        for name, server in [] if isinstance(placed, Missing) else placed:
            self._servers[name].append(server)
        self._obstacles.clear()

    def _next(self, decision: Decision) -> datetime | None:
        """Return when something changes next, None if nothing will."""
        moments = [self._queue[0][0]] if self._queue else []
        if decision.again_at is not None:
            moments.append(decision.again_at)
        return min(moments, default=None)

    def _end(self, running: dict[int, Candidate], now: datetime) -> None:
        """End what is over by now."""
        while self._queue and self._queue[0][0] <= now:
            at, _, kind, what = heapq.heappop(self._queue)
            if isinstance(what, SimulatedTenant):
                del running[what.candidate.key]
                self._note(at, kind, what.candidate.name, what.candidate.key)
            else:
                self._room.add_host(what.name, what.gives)
                self._lacking.clear()
                self._host_is_under_way = False
                self._note(at, kind, what.name)

    def _push(self, at: datetime, kind: str, what: SimulatedTenant | SimulatedHost) -> None:
        heapq.heappush(self._queue, (at, next(self._number), kind, what))

    def _note(self, at: datetime, kind: str, name: str, key: int = 0) -> None:
        self.found.events.append(Event(at=at, kind=kind, name=name, key=key))

    def _leave(
        self,
        tenants: Iterable[SimulatedTenant],
        why: str,
        reasons: dict[int, str] | None = None,
    ) -> None:
        for tenant in tenants:
            own = (reasons or {}).get(tenant.candidate.key, "")
            self.found.left[tenant.candidate.name] = "; ".join(filter(None, (own, why)))
