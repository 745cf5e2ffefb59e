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

from dashboard.errors import BadInput
from dashboard.text_files import read_text

NULL = "tag:yaml.org,2002:null"
MERGE = "tag:yaml.org,2002:merge"
TRUTH = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}
KINDS: dict[type[Node], str] = {MappingNode: "keys", SequenceNode: "a list", ScalarNode: "a value"}
MOST_VALUES = 500_000
MISSPELT_FROM = 0.8
MOST_KEYS_TOLD = 20
# What a parser quotes can be a password (an alias "*secret" is one); a sign or a token is not.
_quoted_text = re.compile(r"""((['"])(?:<[\w ]+>|\\?.)\2)|['"].*""", re.DOTALL)


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
        path = _joined(self.path, key) if key in self._keys else self.path
        return _fault(node, sentence, path=path, fix=fix)

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
        return Section(value, path=_joined(self.path, key))

    def sections(self, key: str) -> "list[Section]":
        """Return the mappings in the list under the key, none when it is absent."""
        value = self._values.get(key)
        if value is None:
            return []
        if not isinstance(value, SequenceNode):
            raise self._wrong_kind(key, "a list")
        path = _joined(self.path, key)
        for node in value.value:
            if not isinstance(node, MappingNode):
                raise _fault(
                    node, f"Expected keys with values, found {KINDS[type(node)]}.", path=path
                )
        return [Section(each, path=f"{path}[{index}]") for index, each in enumerate(value.value)]

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
        return list(_plain(value, path=_joined(self.path, key)))

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
            return _fault(
                self._keys[key],
                f"The key {name} has no value.",
                path=_joined(self.path, name),
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
    root = _composed(name, text=text)
    if root is None or root.tag == NULL:
        raise BadInput(f"{name} is empty.", fix="Check that it is the right file.")
    if not isinstance(root, MappingNode):
        raise _fault(root, f"Expected keys with values at the top, found {KINDS[type(root)]}.")
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


def _composed(name: str, *, text: str) -> Node | None:
    """Return the tree of the file with merge keys applied, or None for a file without content.

    The parser's exceptions are not chained: they quote the file.
    """
    try:
        loader = yaml.SafeLoader(text)
        loader.name = name
        root = loader.get_single_node()
        _refuse_bombs(root, name=name)
        mappings = _checked_mappings(root)
        for node in mappings:
            node.value = [(key, _merged_list(value)) for key, value in node.value]
        for node in mappings:
            if _merged_list(node) is node:
                SafeConstructor().flatten_mapping(node)
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise BadInput(f"{name}, line {line}: This is not YAML: a control character.") from None
    except yaml.MarkedYAMLError as error:
        raise _not_yaml(name, error) from None
    except RecursionError:
        raise BadInput(f"{name} is nested too deeply.") from None
    return root


def _merged_list(node: Node) -> Node:
    """Return the list that a mapping merges and has nothing else than, else the node itself.

    YAML merges no lists, but the example configuration of 2015 does: ``<<: *health_checks``.
    """
    if not isinstance(node, MappingNode) or len(node.value) != 1:
        return node
    key, value = node.value[0]
    if key.tag != MERGE or not isinstance(value, SequenceNode):
        return node
    return node if all(isinstance(each, MappingNode) for each in value.value) else value


def _refuse_bombs(root: Node | None, *, name: str) -> None:
    """Raise BadInput for a tree that a few aliases blow up to more than ``MOST_VALUES``.

    One that contains itself is refused as well: it has no end.
    """
    sizes: dict[int, int] = {}

    def size(node: Node) -> int:
        if id(node) in sizes:
            if not sizes[id(node)]:
                line = node.start_mark.line + 1
                raise BadInput(f"{name}, line {line}: What begins here contains itself.")
            return sizes[id(node)]
        sizes[id(node)] = 0
        below = node.value if isinstance(node, MappingNode | SequenceNode) else ()
        nodes = [each for pair in below for each in (pair if isinstance(pair, tuple) else (pair,))]
        sizes[id(node)] = 1 + sum(map(size, nodes))
        return sizes[id(node)]

    if root and size(root) > MOST_VALUES:
        raise BadInput(
            f"{name} has more than {MOST_VALUES} values with its aliases followed.",
            fix="Write what is meant without aliases of aliases.",
        )


def _not_yaml(name: str, error: yaml.MarkedYAMLError) -> BadInput:
    mark = error.problem_mark or error.context_mark
    place = f"{name}, line {mark.line + 1}" if mark else name
    problem = _quoted_text.sub(lambda quoted: quoted[1] or "…", error.problem or "unreadable")
    if mark and error.context_mark and error.context_mark.line != mark.line:
        problem += f", in what begins in line {error.context_mark.line + 1}"
    fix = "Check the indentation, and put quotes around values with special signs."
    return BadInput(f"{place}: This is not YAML: {problem}.", fix=fix)


def _checked_mappings(root: Node | None) -> list[MappingNode]:
    """Return every mapping of the tree once; raise BadInput for a key given twice and for a tag."""
    mappings: list[MappingNode] = []
    seen: set[int] = set()
    todo: list[tuple[Node, str]] = [(root, "")] if root else []
    while todo:
        node, path = todo.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if node.tag.startswith("!"):
            raise _fault(node, "Tags (words with ! in front) are not known here.", path=path)
        if isinstance(node, MappingNode):
            _refuse_duplicates(node, path=path)
            mappings.append(node)
            todo += [(value, _joined(path, key.value)) for key, value in reversed(node.value)]
        elif isinstance(node, SequenceNode):
            numbered = list(enumerate(node.value))
            todo += [(item, f"{path}[{index}]") for index, item in reversed(numbered)]
    return mappings


def _refuse_duplicates(node: MappingNode, *, path: str) -> None:
    lines: dict[str, int] = {}
    for key, _ in node.value:
        if not isinstance(key, ScalarNode):
            raise _fault(key, "A key must be a single word.", path=path)
        if key.value in lines and key.tag != MERGE:
            sentence = f"The key {key.value} is there twice, first in line {lines[key.value]}."
            raise _fault(key, sentence, path=_joined(path, key.value), fix="Remove one of the two.")
        lines[key.value] = key.start_mark.line + 1


def _plain(node: Node, *, path: str) -> Any:
    # A constructor keeps half-made objects of a failed call, so each call has its own.
    try:
        return SafeConstructor().construct_object(node, deep=True)
    except (yaml.MarkedYAMLError, ValueError):
        raise _fault(node, "Something in here is not a plain value.", path=path) from None


def _fault(node: Node, sentence: str, *, path: str = "", fix: str = "") -> BadInput:
    """Return the error. The path stands in brackets, so that a colon behind a path that ends with
    "password" does not make the mask of secrets hide the sentence."""
    place = f"{node.start_mark.name}, line {node.start_mark.line + 1}"
    return BadInput(f"{place}{f' ({path})' if path else ''}: {sentence}", fix=fix)


def _joined(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _resembling(key: str, known: Collection[str], *, cutoff: float = MISSPELT_FROM) -> str:
    """Return the known key that this one was probably meant to be, or nothing."""
    folded = {name.lower(): name for name in known}
    matches = difflib.get_close_matches(key.lower(), folded, n=1, cutoff=cutoff)
    return folded[matches[0]] if matches else ""
