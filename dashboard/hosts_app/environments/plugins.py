"""The plugins that are enabled in an environment, and copying their settings.

Nailgun has a section for each plugin, with all its installed versions; ``chosen_id`` is the plugin
whose version is used. An environment only has plugins that support its release.
"""

from collections.abc import Sequence
from typing import Any

from dashboard.clients.fuel.objects import Json, Release
from dashboard.hosts_app.environments.lines import CopyLine, CopyOutcome
from dashboard.hosts_app.environments.settings import SWITCH, is_plugin


def plugin_lines(editable: Json, installed: Sequence[Json], release: Release) -> list[CopyLine]:
    """Return a line for each enabled plugin of the source: whether the copy can have it."""
    return [_line(name, version, installed, release) for name, version in _enabled(editable)]


def _line(name: str, version: str, installed: Sequence[Json], release: Release) -> CopyLine:
    is_for_it = any(
        (plugin["name"], plugin["version"]) == (name, version) and _is_for(plugin, release)
        for plugin in installed
    )
    return CopyLine(
        subject="Plugin",
        name=name,
        now=version,
        then=version if is_for_it else "not enabled",
        outcome=CopyOutcome.CARRIED if is_for_it else CopyOutcome.LOST,
        why="" if is_for_it else f"version {version} is not installed for {release.name}",
    )


def _is_for(plugin: Json, release: Release) -> bool:
    wanted = release.version, release.operating_system.lower()
    return any((one["version"], one["os"].lower()) == wanted for one in plugin["releases"])


def carried_plugins(editable: Json, copied: Json, names: Sequence[str]) -> Json:
    """Return the body that enables these plugins in the copy with their settings in the source.

    Raises ``KeyError`` for a plugin that the copy does not have.
    """
    versions = dict(_enabled(editable))
    return {
        name: {SWITCH: _switched_on(editable[name], copied[name][SWITCH], version=versions[name])}
        for name in names
    }


def _switched_on(source: Json, metadata: Json, *, version: str) -> Json:
    values = _chosen(source)
    theirs = [_with_values(one, values) for one in metadata["versions"]]
    chosen = next(one for one in theirs if one[SWITCH]["plugin_version"] == version)
    return {
        **metadata,
        "enabled": True,
        "chosen_id": chosen[SWITCH]["plugin_id"],
        "versions": theirs,
    }


def _with_values(theirs: Json, source: Json) -> Json:
    """Return the settings of a plugin version, with the source's values if it uses that version."""
    if theirs[SWITCH]["plugin_version"] != source[SWITCH]["plugin_version"]:
        return theirs
    return {key: _with_value(one, source.get(key)) for key, one in theirs.items()}


def _with_value(theirs: Any, ours: Any) -> Any:
    has_value = isinstance(ours, dict) and "value" in ours
    return {**theirs, "value": ours["value"]} if has_value else theirs


def _enabled(editable: Json) -> list[tuple[str, str]]:
    return [
        (name, _chosen(section)[SWITCH]["plugin_version"])
        for name, section in editable.items()
        if is_plugin(section.get(SWITCH) or {}) and section[SWITCH].get("enabled")
    ]


def _chosen(section: Json) -> Json:
    """Return the plugin version that is used, with its settings."""
    metadata = section[SWITCH]
    used = (
        one for one in metadata["versions"] if one[SWITCH]["plugin_id"] == metadata["chosen_id"]
    )
    return dict(next(used))
