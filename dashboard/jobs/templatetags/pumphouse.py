"""Template tags of all pages: states, times, sizes and roles."""

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.humanize.templatetags.humanize import naturaltime
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
    """Draw an icon of the sprite in base.html. It is decoration: words always stand beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="#icon-{}"/></svg>', name
    )


@register.simple_tag
def chip(state: str, word: str | int) -> SafeString:
    """Draw a state as icon, word and colour, so that nobody depends on one of them alone."""
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
    """Return the name of a type or a field as words: ``floating_ip`` is Floating IP."""
    spelled = " ".join("IP" if word == "ip" else word for word in name.split("_"))
    return spelled[:1].upper() + spelled[1:]


@register.filter
def duration(seconds: float | timedelta | None) -> str:
    """Return a span of time in its two largest units: ``4 min 10 s``.

    Django's ``timesince`` takes two moments and has no seconds, which most steps take.
    """
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
def elapsed(row: Any) -> str:
    """Return how long a job or a step has run or ran."""
    if row.started_at is None:
        return MISSING
    return duration((row.finished_at or timezone.now()) - row.started_at)


@register.filter
def gib(mebibytes: int) -> int:
    """Return a number of MiB in whole GiB."""
    return mebibytes // 1024


@register.filter
def memory(mebibytes: int) -> str:
    """Return RAM, which Nova counts in MiB, with its unit.

    Django's ``filesizeformat`` would call 1024 MiB 1 GB, beside sentences that say GiB.
    """
    return f"{mebibytes} MiB" if mebibytes < 1024 else f"{mebibytes / 1024:.1f} GiB"


@register.filter
def gibibytes(number: int) -> str:
    """Return bytes in GiB, with a decimal where there are few, and in MiB where there are less."""
    size = number / 2**30
    if number and size < 0.1:
        return f"{max(1, round(number / 2**20))} MiB"
    return f"{size:,.0f} GiB" if size >= 100 else f"{size:.1f} GiB"


@register.filter
def ago(moment: datetime | None) -> SafeString | str:
    """Return Django's ``naturaltime`` with the time itself in the title; an old one as its date."""
    if moment is None:
        return MISSING
    local = timezone.localtime(moment)
    is_old = abs(timezone.now() - moment) > timedelta(days=MANY_DAYS)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(),
        f"{local:%Y-%m-%d %H:%M:%S %Z}",
        f"{local:%Y-%m-%d}" if is_old else naturaltime(moment),
    )


@register.filter
def moment(at: datetime | None) -> SafeString | str:
    """Return a time to the minute with its zone: the browser's, where the browser has told it."""
    if at is None:
        return MISSING
    words = f"{timezone.localtime(at):%Y-%m-%d %H:%M %Z}"
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), words)


@register.filter
def since(at: datetime | None) -> str:
    """Return how long ago something began, as ``duration`` has it."""
    return MISSING if at is None else duration(timezone.now() - at)


@register.simple_tag
def has_permission(user: User | AnonymousUser, action: str) -> bool:
    """Return whether a user has the permission; ``action`` is a value of ``Action``."""
    return roles.has_permission(user, roles.Action(action))


@register.simple_tag
def role(user: User | AnonymousUser) -> str:
    """Return the name of a user's role."""
    return roles.role_of(user).group


@register.inclusion_tag("jobs/_strip.html")
def job_strip() -> dict[str, int]:
    """Show on every page how many jobs run and how many things wait for an operator."""
    return strip_counts()
