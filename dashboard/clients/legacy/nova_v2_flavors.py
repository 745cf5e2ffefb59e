"""The flavors of servers of an old Nova, in the form in which servers tell them since 2.47."""

from functools import cache

from dashboard.clients.legacy.translator import Json, Translator

_EPHEMERAL = "OS-FLV-EXT-DATA:ephemeral"


class Flavors:
    """The flavors of one cloud, each read once.

    A deleted one is in no list, but Nova shows it by its id to everybody for as long as it keeps
    the row; its extra specs it shows no more.
    """

    def __init__(self, nova: Translator) -> None:
        self._nova = nova
        self._told = cache(self._read)

    def embedded(self, flavor: Json) -> Json:
        """Return what a server tells of its flavor: the id, and the sizes as far as known.

        It tells nothing where Nova has lost the flavor's row.
        """
        return {**flavor, **self._told(flavor["id"])} if flavor else {}

    def _read(self, id_: str) -> Json:
        answer = self._nova.find(f"/flavors/{id_}")
        if answer is None:
            return {}
        flavor = answer["flavor"]
        told = {name: flavor[name] for name in ("vcpus", "ram", "disk")}
        specs = self._nova.find(f"/flavors/{id_}/os-extra_specs") or {}
        return {
            **told,
            "swap": flavor.get("swap") or 0,
            "ephemeral": flavor.get(_EPHEMERAL, 0),
            "original_name": flavor["name"],
            **specs,
        }
