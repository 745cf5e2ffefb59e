"""Conntrack helpers of routers."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from tests.support.cloud.fields import Fields
from tests.support.cloud.messages import Json, Refused, Request, conflict
from tests.support.cloud.network.standard import NeutronCollection

# protocols by helper, as neutron is configured
ALLOWED = {"ftp": ("tcp",), "tftp": ("udp",)}


class ConntrackHelpers(NeutronCollection):
    """Helpers, which go with their router."""

    extension = "l3-conntrack-helper"
    tagged_as = None

    def __init__(self) -> None:
        required = ("protocol", "port", "helper")
        super().__init__("conntrack_helpers", "conntrack_helper", {}, required=required)
        self.fields = Fields({"id": "", "protocol": "", "port": 0, "helper": ""})

    def routes(self) -> Iterable[tuple[str, str, Any]]:
        """Below the router."""
        several, one = "routers/{}/conntrack_helpers", "routers/{}/conntrack_helpers/{}"
        yield "GET", several, self.index
        yield "POST", several, self.create
        yield "DELETE", one, lambda request: self.delete(replace(request, ids=request.ids[1:]))

    def visible(self, request: Request) -> list[Json]:
        """Return the helpers of the router."""
        return self.where(router_id=self.service.routers.seen(request)["id"])

    def own_fields(self, request: Request) -> Json:
        """Return the router and its owner beside the id."""
        router = self.service.routers.owned(request)
        own = {"router_id": router["id"], "project_id": router["project_id"]}
        return {"id": self.cloud.new_id(), **own}

    def prepare(self, row: Json, given: Json, request: Request) -> None:
        """Refuse helpers that neutron is not configured for."""
        if row["helper"] not in ALLOWED:
            sentence = f"Conntrack helper {row['helper']} is not allowed."
            raise conflict(sentence, kind="ConntrackHelperNotAllowed")
        if row["protocol"] not in ALLOWED[row["helper"]]:
            sentence = f"Conntrack helper {row['helper']} does not support: {row['protocol']}."
            raise conflict(sentence, kind="InvalidProtocolForHelper")
        same = {name: row[name] for name in ("router_id", "protocol", "port", "helper")}
        if self.where(**same):
            sentence = "Bad conntrack_helper request: it exists already."
            raise Refused(400, sentence, kind="BadRequest")

    def told(self, router: Json) -> list[Json]:
        """Return what a router tells of its helpers."""
        rows = self.where(router_id=router["id"])
        return [{name: row[name] for name in ("protocol", "port", "helper")} for row in rows]
