"""The conditions of Fuel's restrictions: ``settings:storage.volumes_ceph.value == false``.

A condition compares values of models (``settings``, ``cluster``, ``version``,
``networking_parameters``) and literals by ``==``, ``!=`` and ``in``, joined by ``and``, ``or``,
``not`` and brackets. As in Nailgun, ``not`` binds tighter than a comparison.
"""

import re
from collections.abc import Mapping
from typing import Any

TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>'[^']*'|"[^"]*")
      | (?P<path>\w*:[\w.\-]+\??)
      | (?P<number>-?\d+)
      | (?P<word>and|or|not|in|true|false|null)\b
      | (?P<sign>==|!=|\(|\))
    )""",
    re.VERBOSE,
)
LITERALS: Mapping[str, Any] = {"true": True, "false": False, "null": None}


class UnreadableCondition(ValueError):
    """The condition is not in this language, or names a value that there is not."""


def holds(condition: str, models: Mapping[str, Any]) -> bool:
    """Return whether a condition is true of the models. Raises UnreadableCondition."""
    reading = _Reading(_tokens(condition), models)
    found = reading.either()
    if reading.tokens:
        raise UnreadableCondition(condition)
    return bool(found)


def _tokens(condition: str) -> list[tuple[str, str]]:
    tokens, at, end = [], 0, len(condition.rstrip())
    while at < end:
        match = TOKEN.match(condition, at)
        if match is None or match.lastgroup is None:
            raise UnreadableCondition(condition)
        tokens.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return tokens


class _Reading:
    """Evaluates a condition while it reads it, from the loosest operator to the tightest."""

    def __init__(self, tokens: list[tuple[str, str]], models: Mapping[str, Any]) -> None:
        self.tokens = tokens
        self._models = models

    def either(self) -> Any:
        found = self._both()
        while self._takes("or"):
            other = self._both()
            found = bool(found) or bool(other)
        return found

    def _both(self) -> Any:
        found = self._comparison()
        while self._takes("and"):
            other = self._comparison()
            found = bool(found) and bool(other)
        return found

    def _comparison(self) -> Any:
        found = self._negation()
        if self._takes("=="):
            return found == self._negation()
        if self._takes("!="):
            return found != self._negation()
        if self._takes("in"):
            return found in (self._negation() or ())
        return found

    def _negation(self) -> Any:
        return not self._negation() if self._takes("not") else self._value()

    def _value(self) -> Any:
        kind, text = self.tokens.pop(0) if self.tokens else ("", "")
        if kind == "text":
            return text[1:-1]
        if kind == "number":
            return int(text)
        if kind == "path":
            return self._at(text)
        if kind == "word" and text in LITERALS:
            return LITERALS[text]
        if text == "(":
            found = self.either()
            if self._takes(")"):
                return found
        raise UnreadableCondition(text)

    def _at(self, path: str) -> Any:
        """Return the value at a path; a path that ends in ? may lead nowhere."""
        name, _, keys = path.removesuffix("?").partition(":")
        value: Any = self._models.get(name)
        for key in keys.split("."):
            if not isinstance(value, Mapping) or key not in value:
                if path.endswith("?"):
                    return None
                raise UnreadableCondition(path)
            value = value[key]
        return value

    def _takes(self, text: str) -> bool:
        is_next = bool(self.tokens) and self.tokens[0] in (("word", text), ("sign", text))
        if is_next:
            del self.tokens[0]
        return is_next
