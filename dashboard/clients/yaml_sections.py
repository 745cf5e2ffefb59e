"""YAML that knows where it stands: each fault is told with its file, key path and line.

Values never appear in a fault, because the files that are read this way hold passwords.
"""

import difflib
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import yaml
from yaml.constructor import SafeConstructor
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from dashboard.clients.yaml_nodes import composed, fault_at, joined
from dashboard.errors import BadInput
from dashboard.text_files import read_text

NULL = "tag:yaml.org,2002:null"
TRUTH = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}
KINDS: dict[type[Node], str] = {MappingNode: "keys", SequenceNode: "a list", ScalarNode: "a value"}
MISSPELT_FROM = 0.8
MOST_KEYS_TOLD = 20


class Section:
    """A mapping in a YAML file, with its key path; every reader of a value names it in its fault.

    A key without a value counts as absent. Merge keys (``<<``) have been applied.
    """

    def __init__(self, node: MappingNode, *, path: str = "") -> None:
        self.path = path
        self.node = node
        self._keys = {key.value: key for key, _ in node.value}
        self._values = {key.value: value for key, value in node.value if value.tag != NULL}

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    @property
    def file(self) -> Path:
        """The file that this section was read from."""
        return Path(str(self.node.start_mark.name))

    def fault(self, sentence: str, *, key: str = "", fix: str = "") -> BadInput:
        """Return the error that names file, line and key path; the caller raises it."""
        node = self._keys.get(key, self.node)
        path = joined(self.path, key) if key in self._keys else self.path
        return fault_at(node, sentence, path=path, fix=fix)

    def only(self, known: Collection[str]) -> None:
        """Raise BadInput for a key that is not among ``known``."""
        for key in self._keys:
            if key not in known:
                raise self._unknown(key, known)

    def refuse_misspelt(self, known: Collection[str]) -> None:
        """Raise BadInput for a key that looks like one of ``known``, and accept all others.

        For formats with keys of other tools, where only a near miss is surely a mistake.
        """
        for key in self._keys:
            if key.replace("-", "_") not in known and (":" in key or _resembling(key, known)):
                raise self._unknown(key, known)

    def text(self, key: str) -> str:
        """Return the value as it is written, without quotes: 0123 stays 0123. It must be there."""
        if not (text := self.optional_text(key)):
            raise self.missing(key)
        return text

    def missing(self, key: str) -> BadInput:
        """Return the error for a key that must be there with a value; the caller raises it."""
        state = "has no value" if key in self._keys else "is missing"
        fix = "Write it there, with its value."
        return self.fault(f"The key {key} {state}.", key=key, fix=fix)

    def optional_text(self, key: str) -> str | None:
        """Return the value as it is written, or None when it is absent."""
        value = self._values.get(key)
        if value is None:
            return None
        if not isinstance(value, ScalarNode):
            raise self._wrong_kind(key, "a single value")
        return str(value.value)

    def number(self, key: str, *, default: int, least: int = 0) -> int:
        """Return a whole number that is not below ``least``."""
        text = self.optional_text(key)
        if text is None:
            return default
        if not re.fullmatch(r"\d{1,9}", text) or int(text) < least:
            raise self.fault(f"Expected a whole number from {least} up.", key=key)
        return int(text)

    def boolean(self, key: str, *, default: bool) -> bool:
        """Return a truth value in any of YAML's spellings, quoted or not."""
        text = self.optional_text(key)
        if text is None:
            return default
        if text.lower() not in TRUTH:
            raise self.fault("Expected true or false.", key=key)
        return TRUTH[text.lower()]

    def choice(self, key: str, choices: Collection[str]) -> str | None:
        """Return a value that must be one of ``choices``, or None when it is absent."""
        text = self.optional_text(key)
        if text is not None and text not in choices:
            raise self.fault(f"Expected one of {', '.join(choices)}.", key=key)
        return text

    def section(self, key: str) -> "Section":
        """Return the mapping under the key, which must be there."""
        if (section := self.optional_section(key)) is None:
            raise self.fault(f"The key {key} is missing or empty.", key=key)
        return section

    def optional_section(self, key: str) -> "Section | None":
        """Return the mapping under the key, or None when it is absent."""
        value = self._values.get(key)
        if value is None:
            return None
        if not isinstance(value, MappingNode):
            raise self._wrong_kind(key, "keys with values")
        return Section(value, path=joined(self.path, key))

    def sections(self, key: str) -> "list[Section]":
        """Return the mappings in the list under the key, none when it is absent."""
        value = self._values.get(key)
        if value is None:
            return []
        if not isinstance(value, SequenceNode):
            raise self._wrong_kind(key, "a list")
        path = joined(self.path, key)
        for node in value.value:
            if not isinstance(node, MappingNode):
                raise fault_at(
                    node, f"Expected keys with values, found {KINDS[type(node)]}.", path=path
                )
        return [Section(each, path=f"{path}[{index}]") for index, each in enumerate(value.value)]

    def nodes_of(self, key: str) -> list[Node]:
        """Return the node of the value under the key, which knows its place; none when absent."""
        return [self._values[key]] if key in self._values else []

    def plain_mapping(self, key: str) -> dict[str, Any]:
        """Return the mapping under the key as plain Python values, empty when it is absent."""
        section = self.optional_section(key)
        return {} if section is None else section.plain()

    def plain_list(self, key: str) -> list[Any]:
        """Return the list under the key as plain Python values, empty when it is absent."""
        value = self._values.get(key)
        if value is None:
            return []
        if not isinstance(value, SequenceNode):
            raise self._wrong_kind(key, "a list")
        return list(_plain(value, path=joined(self.path, key)))

    def plain(self) -> dict[str, Any]:
        """Return this mapping as plain Python values."""
        return dict(_plain(self.node, path=self.path))

    def _wrong_kind(self, key: str, expected: str) -> BadInput:
        found = KINDS[type(self._values[key])]
        return self.fault(f"Expected {expected}, found {found}.", key=key)

    def _unknown(self, key: str, known: Collection[str]) -> BadInput:
        # "{password:secret}" is one key with the secret in it: YAML wants a space there.
        name, colon, _ = key.partition(":")
        if colon:
            return fault_at(
                self._keys[key],
                f"The key {name} has no value.",
                path=joined(self.path, name),
                fix="Put a space behind the colon.",
            )
        if near := _resembling(key, known, cutoff=0.6):
            fix = f"Did you mean {near}?"
        elif len(known) <= MOST_KEYS_TOLD:
            fix = f"Known here: {', '.join(sorted(known))}."
        else:
            fix = "docs/configuration.md has all keys."
        return self.fault(f"The key {key} is not known here.", key=key, fix=fix)


def read_section(path: Path) -> Section:
    """Read a YAML file whose top level is a mapping.

    Raises BadInput when the file is missing, unreadable, empty, not YAML or not a mapping.
    """
    return section_of(read_text(path), name=str(path))


def section_of(text: str, *, name: str) -> Section:
    """Read YAML whose top level is a mapping; ``name`` is what faults call it.

    Raises BadInput when it is empty, not YAML or not a mapping.
    """
    root = composed(name, text=text)
    if root is None or root.tag == NULL:
        raise BadInput(f"{name} is empty.", fix="Check that it is the right file.")
    if not isinstance(root, MappingNode):
        raise fault_at(root, f"Expected keys with values at the top, found {KINDS[type(root)]}.")
    return Section(root)


def overlaid(base: Section, other: Section) -> Section:
    """Return ``base`` with the values of ``other`` over it, key by key at every depth."""
    return Section(_overlaid(base.node, other.node), path=base.path)


def _overlaid(base: MappingNode, other: MappingNode) -> MappingNode:
    entries = {key.value: (key, value) for key, value in base.value}
    for key, value in other.value:
        if value.tag == NULL:
            continue
        _, below = entries.get(key.value, (key, None))
        if isinstance(below, MappingNode) and isinstance(value, MappingNode):
            value = _overlaid(below, value)
        entries[key.value] = (key, value)
    return MappingNode(base.tag, list(entries.values()), base.start_mark, base.end_mark)


def _plain(node: Node, *, path: str) -> Any:
    # A constructor keeps half-made objects of a failed call, so each call has its own.
    try:
        return SafeConstructor().construct_object(node, deep=True)
    except (yaml.MarkedYAMLError, ValueError):
        raise fault_at(node, "Something in here is not a plain value.", path=path) from None


def _resembling(key: str, known: Collection[str], *, cutoff: float = MISSPELT_FROM) -> str:
    """Return the known key that this one was probably meant to be, or nothing."""
    folded = {name.lower(): name for name in known}
    matches = difflib.get_close_matches(key.lower(), folded, n=1, cutoff=cutoff)
    return folded[matches[0]] if matches else ""
