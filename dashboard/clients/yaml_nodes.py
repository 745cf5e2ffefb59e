"""The tree of a YAML file: parsed, bounded, without keys given twice, with merge keys applied.

Values never appear in a fault, because the files that are read this way hold passwords.
"""

import re

import yaml
from yaml.constructor import SafeConstructor
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from dashboard.errors import BadInput

MERGE = "tag:yaml.org,2002:merge"
MOST_VALUES = 500_000
# What a parser quotes can be a password (an alias "*secret" is one); a sign or a token is not.
_quoted_text = re.compile(r"""((['"])(?:<[\w ]+>|\\?.)\2)|['"].*""", re.DOTALL)


def composed(name: str, *, text: str) -> Node | None:
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
            raise fault_at(node, "Tags (words with ! in front) are not known here.", path=path)
        if isinstance(node, MappingNode):
            _refuse_duplicates(node, path=path)
            mappings.append(node)
            todo += [(value, joined(path, key.value)) for key, value in reversed(node.value)]
        elif isinstance(node, SequenceNode):
            numbered = list(enumerate(node.value))
            todo += [(item, f"{path}[{index}]") for index, item in reversed(numbered)]
    return mappings


def _refuse_duplicates(node: MappingNode, *, path: str) -> None:
    lines: dict[str, int] = {}
    for key, _ in node.value:
        if not isinstance(key, ScalarNode):
            raise fault_at(key, "A key must be a single word.", path=path)
        if key.value in lines and key.tag != MERGE:
            sentence = f"The key {key.value} is there twice, first in line {lines[key.value]}."
            raise fault_at(
                key, sentence, path=joined(path, key.value), fix="Remove one of the two."
            )
        lines[key.value] = key.start_mark.line + 1


def fault_at(node: Node, sentence: str, *, path: str = "", fix: str = "") -> BadInput:
    """Return the error. The path stands in brackets, so that a colon behind a path that ends with
    "password" does not make the mask of secrets hide the sentence."""
    place = f"{node.start_mark.name}, line {node.start_mark.line + 1}"
    return BadInput(f"{place}{f' ({path})' if path else ''}: {sentence}", fix=fix)


def joined(path: str, key: str) -> str:
    """Return the path of a key below another one."""
    return f"{path}.{key}" if path else key
