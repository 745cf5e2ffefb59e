"""Reads the hooks of a configuration file: the list ``hooks`` below its key ``pumphouse``."""

from collections import Counter
from functools import cache
from pathlib import Path

from dashboard.clients.hooks import kinds
from dashboard.clients.hooks.base import Hook, HookKind, Moment
from dashboard.clients.hooks.keys import texts
from dashboard.clients.yaml_sections import Section, read_section
from dashboard.plugins import named_classes

TOP = "pumphouse"
OWN_KEYS = {"name", "at", "only", "cloud", "seconds"}
LONGEST_SECONDS = 7 * 24 * 3600
LONGEST_NAME = 60


@cache
def hook_kinds() -> dict[str, type[HookKind]]:
    """Return all kinds of hooks by their names."""
    return {kind.name: kind for kind in named_classes(HookKind, kinds)}


def read_hooks(path: Path) -> list[Hook]:
    """Return the hooks of a file in their order, none where it has no key for them.

    Raises ``BadInput`` with file, line and key path for the first thing that is wrong.
    """
    return hooks_in(read_section(path))


def hooks_in(root: Section) -> list[Hook]:
    """Return the hooks below the top level of a file. Raises as ``read_hooks``."""
    own = root.optional_section(TOP)
    if own is None:
        return []
    own.only({"hooks"})
    sections = own.sections("hooks")
    hooks = [_read(section) for section in sections]
    counted = Counter(hook.name for hook in hooks)
    for section, hook in zip(sections, hooks, strict=True):
        if counted[hook.name] > 1:
            raise section.fault(
                f"Two hooks are called {hook.name}.", key="name", fix="Rename one of them."
            )
    return hooks


def _read(section: Section) -> Hook:
    section.only(OWN_KEYS | hook_kinds().keys())
    named = [name for name in hook_kinds() if name in section]
    if len(named) != 1:
        raise section.fault(
            f"A hook does one thing, and this one names {len(named)}.",
            fix=f"Give it exactly one of {', '.join(sorted(hook_kinds()))}.",
        )
    kind = hook_kinds()[named[0]]
    moment = section.choice("at", [each.value for each in Moment])
    if moment is None:
        raise section.missing("at")
    if kind.needs_address and moment != Moment.AFTER_SERVER:
        _require_own_address(section, kind)
    return Hook(
        name=_name(section),
        moment=Moment(moment),
        kind=kind.read(section.section(kind.name)),
        seconds=_seconds(section, kind),
        only=texts(section, "only"),
        cloud=section.optional_text("cloud") or "",
    )


def _require_own_address(section: Section, kind: type[HookKind]) -> None:
    """Raise ``BadInput`` for a check of a moved server at a moment when there is none."""
    own = section.section(kind.name)
    if not {"address", "url"} & set(own) or "{address}" in (own.optional_text("url") or ""):
        raise section.fault(
            f"Only {Moment.AFTER_SERVER.value} knows a server's address.",
            key="at",
            fix=f"Check at {Moment.AFTER_SERVER.value}, or write the address.",
        )


def _name(section: Section) -> str:
    name = section.text("name")
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise section.fault(
            f"Expected a name of at most {LONGEST_NAME} printable characters.", key="name"
        )
    return name


def _seconds(section: Section, kind: type[HookKind]) -> int:
    seconds = section.number("seconds", default=kind.seconds, least=1)
    if seconds > LONGEST_SECONDS:
        raise section.fault(f"Expected at most {LONGEST_SECONDS} s, a week.", key="seconds")
    return seconds
