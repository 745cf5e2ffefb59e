"""What begins next: the one decision, of a campaign that runs and of one that is simulated.

Pure: it knows neither rows nor clouds.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dashboard.campaigns.simulation.room import Missing
from dashboard.campaigns.windows import Window


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The rules of a wave. ``is_stopped`` is whether a failure keeps others from beginning."""

    tenants_at_once: int
    starts_at: datetime | None = None
    window: Window | None = None
    is_stopped: bool = False


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A tenant that has not begun, or is on its way. Those of one ``group`` share something."""

    key: int
    name: str
    group: str = ""


@dataclass(kw_only=True)
class Decision:
    """Which tenants begin now, in order, and why the others wait.

    ``reasons`` has those that were asked for, ``missing`` what they lack; ``waits_for`` is about
    the wave. ``again_at`` is when time alone changes it.
    """

    begin: list[Candidate] = field(default_factory=list)
    reasons: dict[int, str] = field(default_factory=dict)
    waits_for: str = ""
    again_at: datetime | None = None
    missing: list[Missing] = field(default_factory=list)

    @property
    def is_short(self) -> bool:
        """Whether a tenant lacks room."""
        return bool(self.missing)


def decide(
    rules: Rules,
    waiting: Sequence[Candidate],
    running: Collection[Candidate],
    *,
    now: datetime,
    take: Callable[[Candidate], Missing | None],
) -> Decision:
    """Return what begins now in a wave, in the order of its tenants.

    ``take`` takes the room of a tenant on the destination, or returns what is missing. A tenant
    that does not fit does not keep the ones behind it that do.
    """
    closed = _closed(rules, now)
    if closed is not None:
        return closed
    found, groups = Decision(), {each.group: each for each in running if each.group}
    free = rules.tenants_at_once - len(running)
    for each in waiting:
        if free <= 0:
            found.waits_for = f"{rules.tenants_at_once} at once are allowed, and are on their way"
            break
        if sharer := groups.get(each.group):
            found.reasons[each.key] = f"Shares with {sharer.name}, which goes first"
        elif missing := take(each):
            found.reasons[each.key] = missing.words
            found.missing.append(missing)
        else:
            found.begin.append(each)
            free -= 1
            if each.group:
                groups[each.group] = each
    return found


def _closed(rules: Rules, now: datetime) -> Decision | None:
    """Return the decision that nothing begins, None where something may."""
    if rules.is_stopped:
        return Decision(waits_for="A tenant of this wave has failed")
    if rules.starts_at and now < rules.starts_at:
        return Decision(waits_for="Its start time", again_at=rules.starts_at)
    if rules.window and not rules.window.is_open(now):
        opening = rules.window.next_opening(now)
        return Decision(waits_for=f"Its window: {rules.window}", again_at=opening)
    return None
