"""Conntrack helpers of a router: protocols with several connections that it lets through."""

import logging

from dashboard.clients.openstack import Json
from dashboard.errors import NeedsOperator
from dashboard.migrations_app.resources.network.common.extensions import aliases_of
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.work import Work

HELPERS, ALIAS = "conntrack_helpers", "l3-conntrack-helper"
_COPIED = ("protocol", "port", "helper")


def helpers_of(router_id: str, reader: TenantReader) -> list[Json]:
    """Return the helpers of a router, without ids."""
    if ALIAS not in reader.extensions:
        return []
    return [_plain(each) for each in reader.list("network", _path(router_id), HELPERS)]


def add_helpers(work: Work) -> None:
    """Add those of the router's helpers that the copy does not have; it takes them with it.

    Which helpers there are is in Neutron's configuration: what it refuses is a loss.
    """
    wanted, path = work.record.fields.get(HELPERS), _path(work.destination_id)
    if not wanted or ALIAS not in aliases_of(work.destination):
        return
    there = [_plain(each) for each in work.destination.list("network", path, HELPERS)]
    for each in wanted:
        if each not in there:
            _add(work, each)


def _add(work: Work, helper: Json) -> None:
    body = {"conntrack_helper": helper}
    try:
        work.destination.post("network", _path(work.destination_id), body)
    except NeedsOperator as error:
        work.log(f"Left out {helper}: {error.sentence}", level=logging.WARNING)
        work.lose(HELPERS, f"Neutron refused it: {error.sentence}")


def _plain(helper: Json) -> Json:
    return {name: helper[name] for name in _COPIED}


def _path(router_id: str) -> str:
    return f"/routers/{router_id}/conntrack_helpers"
