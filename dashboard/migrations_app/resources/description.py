"""Describes what is migrated and what is not, from the resource types themselves."""

from collections.abc import Iterable
from inspect import cleandoc

from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.records import Stage
from dashboard.migrations_app.resources.registry import resource_types

_HEAD = """# What is migrated, and what is not

This page is generated from the resource types by `pumphouse types --markdown`; do not edit it.
An attribute is copied as it is, mapped to the copy of the object that it names, or lost for the
reason stated. What a tenant loses is listed in its plan before anything is created.
"""


def describe_types() -> str:
    """Return the operators' page in Markdown: a section per type, in the order of creation."""
    sections = (_section(type_) for type_ in resource_types().values())
    return _HEAD + "\n" + "\n".join(sections)


def _section(type_: ResourceType) -> str:
    lines = [f"## {type_.plural[0].upper()}{type_.plural[1:]}", "", _summary(type_), ""]
    if type_.copied:
        lines.append(f"* Copied: {_listed(type_.copied)}")
    if type_.mapped:
        pairs = (f"`{field}` ({name.replace('_', ' ')})" for field, name in type_.mapped.items())
        lines.append(f"* Mapped: {', '.join(pairs)}")
    lines.append(f"* Steps: {', '.join(map(_stage, type_.stages))}")
    lines += _lost(type_)
    return "\n".join(lines) + "\n"


def _summary(type_: ResourceType) -> str:
    return cleandoc(type(type_).__doc__ or "")


def _stage(stage: Stage) -> str:
    return f"{stage.name} ({stage.phase})"


def _lost(type_: ResourceType) -> Iterable[str]:
    if not type_.lost:
        return []
    fields: dict[str, list[str]] = {}
    for field, reason in type_.lost.items():
        fields.setdefault(reason, []).append(field)
    rows = [f"| {_listed(names)} | {reason} |" for reason, names in fields.items()]
    return ["", "| Lost | Why |", "|---|---|", *rows]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
