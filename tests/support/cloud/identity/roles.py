"""Roles, and which of them implies which."""

from collections.abc import Iterable
from typing import Any

from tests.support.cloud.fields import Field
from tests.support.cloud.identity.collections import KeystoneCollection, options_field
from tests.support.cloud.messages import Answer, Json, Refused, Request, conflict


class Roles(KeystoneCollection):
    """Roles, and which of them implies which."""

    def __init__(self) -> None:
        fields = {
            "domain_id": None,
            "description": Field(default=None, release="2023.1"),
            "options": options_field(),
        }
        super().__init__("roles", "role", fields)

    def routes(self) -> Iterable[tuple[str, str, Any]]:
        """Also the implied roles."""
        yield from super().routes()
        one = "roles/{}/implies/{}"
        yield "GET", one, self.show_implied
        yield "PUT", one, self.add_implied
        yield "DELETE", one, self.remove_implied
        yield "GET", "role_inferences", self.list_inferences

    def matches(self, row: Json, request: Request) -> bool:
        """Roles of domains are listed only where one asks for those of a domain."""
        is_wanted = bool(request.asks("domain_id")) or not row["domain_id"]
        return is_wanted and super().matches(row, request)

    @property
    def inferences(self) -> dict[str, Json]:
        """Which role implies which."""
        return self.cloud.rows("identity/inferences")

    def imply(self, prior: str, implied: str) -> None:
        """Make a role imply another."""
        id_ = f"{self.get(prior)['id']}:{self.get(implied)['id']}"
        self.inferences[id_] = {"id": id_, "prior": prior, "implied": implied}

    def implied_ids(self, prior: str) -> list[str]:
        """Return the ids of the roles that a role implies directly."""
        found = (row["implied"] for row in self.inferences.values() if row["prior"] == prior)
        return sorted(id_ for id_ in found if id_ in self.rows)

    def implied_by(self, role_ids: set[str]) -> set[str]:
        """Return these roles with all that they imply."""
        more = {implied for id_ in role_ids for implied in self.implied_ids(id_)}
        return role_ids if more <= role_ids else self.implied_by(role_ids | more)

    def remove(self, row: Json, request: Request) -> None:
        """Take a role away, and what it implies and is implied by."""
        super().remove(row, request)
        for id_, inference in [*self.inferences.items()]:
            if row["id"] in (inference["prior"], inference["implied"]):
                del self.inferences[id_]

    def show_implied(self, request: Request) -> Json:
        """Answer whether a role implies another."""
        prior, implied = (self.get(id_) for id_ in request.ids)
        if implied["id"] not in self.implied_ids(prior["id"]):
            raise Refused(404, f"{prior['id']} does not imply {implied['id']}.")
        return {"role_inference": self._inference(prior["id"], [implied["id"]])}

    def add_implied(self, request: Request) -> Answer:
        """Make a role imply another, which must not be the administrators' or a domain's."""
        self.permit("update", request)
        prior, implied = (self.get(id_) for id_ in request.ids)
        if implied["domain_id"] or implied["name"] == "admin":
            raise Refused(403, f"{implied['id']} cannot be an implied roles.")
        if implied["id"] in self.implied_ids(prior["id"]):
            raise conflict("Conflict occurred attempting to store implied_role - Duplicate entry.")
        self.imply(prior["id"], implied["id"])
        return Answer(status=201, body=self.show_implied(request))

    def remove_implied(self, request: Request) -> None:
        """Make a role imply another no longer."""
        self.permit("update", request)
        self.show_implied(request)
        del self.inferences[":".join(request.ids)]

    def list_inferences(self, request: Request) -> Json:
        """Answer with all roles that imply others."""
        self.permit("list", request)
        priors = sorted({row["prior"] for row in self.inferences.values()})
        found = [self._inference(id_, self.implied_ids(id_)) for id_ in priors]
        return {"role_inferences": found}

    def _inference(self, prior: str, implied: list[str]) -> Json:
        def told(id_: str) -> Json:
            return {name: self.get(id_)[name] for name in ("id", "links", "name")}

        return {"implies": [told(id_) for id_ in implied], "prior_role": told(prior)}
