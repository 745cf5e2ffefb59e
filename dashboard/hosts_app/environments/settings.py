"""Which settings of an environment its copy can have, and copying them.

Values pass from Fuel to Fuel in memory. Plans and logs name settings but never contain passwords,
keys or certificates, which Nailgun returns in clear text.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.clients.fuel.objects import Json, Release
from dashboard.hosts_app.environments.lines import CopyLine, CopyOutcome
from dashboard.secrets import SHORTEST

SHOWN_TYPES = ("checkbox", "radio", "select")
"""Types of settings whose values are one of a few choices, and so not secrets."""
REPOSITORIES = "custom_repo_configuration"
SWITCH = "metadata"
"""The key of a section's description, which also says whether the section is enabled."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """The release of the copy: its settings by section, and whether it is the source's too."""

    release: Release
    settings: Json
    is_same: bool


def setting_lines(editable: Json, target: Target) -> list[CopyLine]:
    """Return a line for each setting of the source."""
    return [
        _line(section, key, attribute, target) for section, key, attribute in _settings(editable)
    ]


def _line(section: str, key: str, attribute: Json, target: Target) -> CopyLine:
    outcome, why = _outcome(section, key, attribute, target)
    now, is_there = shown(attribute), key in target.settings.get(section, {})
    then = {
        CopyOutcome.CARRIED: now or "kept, not shown",
        CopyOutcome.OWN: "its own",
        CopyOutcome.LOST: "Fuel's default" if is_there else "",
    }[outcome]
    return CopyLine(
        subject="Setting",
        name=f"{section}.{key}",
        now=then if outcome == CopyOutcome.CARRIED else now or "not shown",
        then=then,
        outcome=outcome,
        why=why,
    )


def _outcome(section: str, key: str, attribute: Json, target: Target) -> tuple[CopyOutcome, str]:
    release = target.release.name
    theirs = target.settings.get(section, {}).get(key)
    if not isinstance(theirs, dict):
        return CopyOutcome.LOST, f"{release} does not have it"
    if key == SWITCH:
        return _outcome_of_switch(theirs, release)
    if attribute.get("type") != theirs.get("type"):
        return CopyOutcome.LOST, f"it is of type {theirs.get('type')} in {release}"
    if _is_made_by_fuel(attribute, theirs):
        return CopyOutcome.OWN, "Fuel generates it for each environment"
    if attribute.get("type") == REPOSITORIES and not target.is_same:
        return CopyOutcome.OWN, f"{release} has other packages"
    choices = [_data(choice) for choice in theirs.get("values") or ()]
    if choices and attribute["value"] not in choices:
        names = ", ".join(str(choice) for choice in choices)
        return CopyOutcome.LOST, f"{release} only has these choices: {names}"
    return CopyOutcome.CARRIED, ""


def _outcome_of_switch(metadata: Json, release: str) -> tuple[CopyOutcome, str]:
    if metadata.get("toggleable"):
        return CopyOutcome.CARRIED, ""
    return CopyOutcome.LOST, f"it is always on in {release}"


def _is_made_by_fuel(attribute: Json, theirs: Json) -> bool:
    """Return whether it identifies the environment, as Ceph's fsid and keys do.

    Two environments with the same value would take each other for one. Generated passwords that
    operators can see are copied.
    """
    value = theirs.get("value")
    is_generated = isinstance(value, dict) and "generator" in value
    return is_generated and attribute.get("type") == "hidden"


def _data(choice: Any) -> Any:
    return choice["data"] if isinstance(choice, dict) else choice


def _settings(editable: Json) -> Iterator[tuple[str, str, Json]]:
    """Yield section, key and attribute of each setting, without those of plugins."""
    for section, attributes in editable.items():
        metadata = attributes.get(SWITCH) or {}
        if is_plugin(metadata):
            continue
        if metadata.get("toggleable"):
            yield section, SWITCH, {"type": "checkbox", "value": bool(metadata.get("enabled"))}
        for key, attribute in attributes.items():
            if key != SWITCH and isinstance(attribute, dict) and "value" in attribute:
                yield section, key, attribute


def is_plugin(metadata: Json) -> bool:
    """Return whether a section belongs to a plugin."""
    return metadata.get("class") == "plugin"


def shown(attribute: Json) -> str:
    """Return a value in words if it cannot be a secret, else ""."""
    value = attribute["value"]
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value) if attribute.get("type") in SHOWN_TYPES else ""


def carried_settings(editable: Json, names: Iterable[str]) -> Json:
    """Return the body that gives the copy these settings of the source."""
    wanted, body = set(names), dict[str, Json]()
    for section, key, attribute in _settings(editable):
        if f"{section}.{key}" in wanted:
            change = "enabled" if key == SWITCH else "value"
            body.setdefault(section, {})[key] = {change: attribute["value"]}
    return body


def differing_settings(editable: Json, copied: Json, names: Iterable[str]) -> list[str]:
    """Return the names of the copied settings whose values differ in the copy."""
    theirs = {f"{section}.{key}": one["value"] for section, key, one in _settings(copied)}
    ours = {f"{section}.{key}": one["value"] for section, key, one in _settings(editable)}
    return [name for name in names if name in ours and theirs.get(name) != ours[name]]


def without_values(text: str, body: Any) -> str:
    """Return a text of Fuel without any text that was sent: its errors quote what they reject."""
    for value in sorted(_texts(body), key=len, reverse=True):
        text = text.replace(value, "…")
    return text


def _texts(body: Any) -> set[str]:
    if isinstance(body, Mapping):
        return set().union(*map(_texts, body.values()))
    if isinstance(body, list):
        return set().union(*map(_texts, body))
    return {body} if isinstance(body, str) and len(body) >= SHORTEST else set()
