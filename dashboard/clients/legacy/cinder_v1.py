"""Cinder's API v1, of Folsom to Juno, where v2 is absent: ``/v1/{tenant}``, seen as v2.

Names begin with ``display_`` there, and a volume without a type has the type "None".
"""

from collections.abc import Mapping

from keystoneauth1.adapter import Adapter
from typing_extensions import override

from dashboard.clients.legacy.found import Found
from dashboard.clients.legacy.paging import by_offset
from dashboard.clients.legacy.translator import Call, Json, Translator, route

_TYPE = "volume"
_NEWER = frozenset({"volumev2", "volumev3", "block-storage", "block-store"})
_NAMES = {"name": "display_name", "description": "display_description"}
_TODAYS = {old: new for new, old in _NAMES.items()}
# how volumes and snapshots call their links to the rest, of which v1 has none
_ONE = {"volumes": "volume", "snapshots": "snapshot"}
_NO_TYPE = "None"


class OldestCinder(Translator):
    """Cinder's API v1."""

    name = "Cinder's API v1"
    service = "block_storage"
    has_todays_paths = True

    @classmethod
    @override
    def speaks(cls, found: Found) -> bool:
        """Return whether the catalogue has v1 and nothing newer, and v2 was not found there."""
        types = found.catalogue_types if found.version is None else frozenset[str]()
        return _TYPE in types and not types & _NEWER and "/v1" in found.address(_TYPE)

    @override
    def connect(self, found: Found) -> Adapter:
        return found.at(found.address(_TYPE))

    @route("GET", "/{kind}/detail")
    def list_details(self, call: Call, kind: str) -> Json:
        """Return all volumes or snapshots, under the names of today. Others have no such names."""
        if kind not in _ONE:
            answer: Json = self.pass_on(call)
            return answer
        query = {_NAMES.get(name, name): value for name, value in call.query.items()}
        found = by_offset(self, f"/{kind}/detail", kind, query)
        return {kind: [_todays(each) for each in found]}

    @route("GET", "/{kind}/{id_}")
    def show(self, call: Call, kind: str, id_: str) -> Json:
        """Return a volume or snapshot under the names of today."""
        return _todays_answer(self.ask("GET", call.path, query=call.query))

    @route("POST", "/volumes")
    @route("POST", "/snapshots")
    def create(self, call: Call) -> Json:
        """Create a volume or snapshot."""
        return _todays_answer(self.ask("POST", call.path, body=_old_body(call.body)))

    @route("PUT", "/volumes/{id_}")
    @route("PUT", "/snapshots/{id_}")
    def update(self, call: Call, id_: str) -> Json:
        """Change the name or description of a volume or snapshot."""
        return _todays_answer(self.ask("PUT", call.path, body=_old_body(call.body)))


def _old_body(body: Mapping[str, Json]) -> Json:
    [(key, fields)] = body.items()
    return {key: {_NAMES.get(name, name): value for name, value in fields.items()}}


def _todays_answer(answer: Json) -> Json:
    """Return an answer with a volume or snapshot in it under the names of today; others as is."""
    one = {key: _todays(answer[key]) for key in _ONE.values() if key in answer}
    return {**answer, **one}


def _todays(fields: Json) -> Json:
    named = {_TODAYS.get(name, name): value for name, value in fields.items()}
    if named.get("volume_type") == _NO_TYPE:
        named["volume_type"] = None
    return named
