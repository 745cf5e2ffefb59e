"""Which host of the source is freed next. Pure; the one choice of a run and of a simulation."""

from collections.abc import Iterable
from dataclasses import dataclass

from dashboard.campaigns.simulation.needs import Resources
from dashboard.campaigns.simulation.room import Missing, fits


@dataclass(frozen=True, kw_only=True)
class FreeableHost:
    """A compute host of the source, as the ranking sees it.

    ``gives`` is the room that it will have on the destination, ``obstacle`` why it cannot leave, ""
    if it can. A host that takes no servers is no compute that is left.
    """

    name: str
    gives: Resources
    obstacle: str = ""
    takes_servers: bool = True


@dataclass(frozen=True, kw_only=True)
class HostChoice:
    """The host that is freed, or None and why."""

    host: FreeableHost | None = None
    why_not: str = ""


def choose_host(
    ranked: Iterable[FreeableHost], missing: Iterable[Missing], *, takers: int
) -> HostChoice:
    """Return the first host of the ranking that can leave and would help.

    ``takers`` is how many hosts of the source take servers: at least one other of them stays.
    """
    lacking = [each.server for each in missing if each.server is not None]
    obstacles = []
    for host in ranked:
        if takers - host.takes_servers < 1:
            obstacles.append(f"{host.name} is the last compute host of the source")
        elif host.obstacle:
            obstacles.append(f"{host.name}: {host.obstacle.rstrip('.')}")
        elif not any(_helps(host, server) for server in lacking):
            obstacles.append(f"{host.name} is too small for what lacks room")
        else:
            return HostChoice(host=host)
    shown = "; ".join(obstacles[:3]) + (f"; and {len(obstacles) - 3} more" * (len(obstacles) > 3))
    return HostChoice(why_not=f"No host of the source can be freed: {shown or 'it has none'}")


def _helps(host: FreeableHost, server: Resources) -> bool:
    known = {name: size for name, size in server.items() if name in host.gives}
    return fits(known, host.gives)
