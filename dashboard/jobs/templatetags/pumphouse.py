"""Template tags of all pages: states, times, sizes, links that keep their filters."""

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.contrib.auth.models import AnonymousUser, User
from django.template.context import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from dashboard.jobs import roles
from dashboard.jobs.job_lists import strip_counts
from dashboard.jobs.views.state_styles import style_of

register = template.Library()

MANY_DAYS = 30
MISSING = "—"


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an icon of the sprite that base.html carries; words stand beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="#icon-{}"/></svg>', name
    )


@register.simple_tag
def chip(state: str, word: str | int) -> SafeString:
    """Draw a state: icon, word and colour, so that none of them has to be relied upon alone."""
    style = style_of(state)
    return format_html('<span class="chip {}">{}{}</span>', style.color, icon(style.icon), word)


@register.filter
def state_color(state: str) -> str:
    """Return the colour class of a state."""
    return style_of(state).color


@register.filter
def state_icon(state: str) -> str:
    """Return the name of a state's icon."""
    return style_of(state).icon


@register.filter
def words(name: str) -> str:
    """Return a type's or a field's name as words: ``floating_ip`` is Floating IP."""
    spelled = " ".join("IP" if word == "ip" else word for word in name.split("_"))
    return spelled[:1].upper() + spelled[1:]


@register.filter
def duration(seconds: float | timedelta | None) -> str:
    """Return a span of time in its two largest units: ``4 min 10 s``."""
    if seconds is None:
        return MISSING
    if isinstance(seconds, timedelta):
        seconds = seconds.total_seconds()
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    if whole < 86400:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    return f"{whole // 86400} d {whole % 86400 // 3600} h"


@register.filter
def size(count: float | None) -> str:
    """Return a number of bytes in the unit that leaves one to three digits before the point."""
    if count is None:
        return MISSING
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} TiB"


@register.filter
def gib(mebibytes: int) -> int:
    """Return a number of MiB in whole GiB."""
    return mebibytes // 1024


@register.filter
def memory(mebibytes: int) -> str:
    """Return a number of MiB in the unit that suits it."""
    return size(mebibytes * 1024**2)


@register.filter
def ago(moment: datetime | None) -> SafeString | str:
    """Return a time as a distance from now, with the time itself in the title."""
    if moment is None:
        return MISSING
    seconds = (timezone.now() - moment).total_seconds()
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(),
        f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S %Z}",
        _distance(seconds, moment),
    )


def _distance(seconds: float, moment: datetime) -> str:
    if abs(seconds) < 10:
        return "now"
    if abs(seconds) > MANY_DAYS * 86400:
        return f"{timezone.localtime(moment):%Y-%m-%d}"
    largest = " ".join(duration(abs(seconds)).split()[:2])
    return f"{largest} ago" if seconds > 0 else f"in {largest}"


@register.filter
def elapsed(row: Any) -> str:
    """Return how long a job or a step has been or was at work."""
    if row.started_at is None:
        return MISSING
    return duration((row.finished_at or timezone.now()) - row.started_at)


@register.simple_tag(takes_context=True)
def address_with(context: Context, **changes: Any) -> str:
    """Return the query of this page's address with some of it changed; an empty value removes."""
    query = context["request"].GET.copy()
    for passing in ("page", "known", "after"):
        query.pop(passing, None)
    for name, value in changes.items():
        query.pop(name, None)
        if value not in ("", None):
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag
def has_permission(user: User | AnonymousUser, action: str) -> bool:
    """Return whether a user may do something; the names are those of ``Action``."""
    return roles.has_permission(user, roles.Action(action))


@register.simple_tag
def role(user: User | AnonymousUser) -> str:
    """Return the name of a user's role."""
    return roles.role_of(user).group


@register.inclusion_tag("jobs/_strip.html")
def job_strip() -> dict[str, int]:
    """Show how many jobs run and how many wait for an operator, on every page."""
    return strip_counts()
