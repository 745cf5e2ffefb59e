"""Options of projects, domains and roles, which Keystone has since Train.

The only one is ``immutable``: it forbids to change and to delete what has it, until a call that
changes nothing else takes it away.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dashboard.clients.openstack import CloudSession, Json
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import Loss, Record
from dashboard.migrations_app.resources.work import Work

if TYPE_CHECKING:
    from dashboard.migrations_app.resources.identity.common.keystone import KeystoneResource

_OPTIONS, _IMMUTABLE = "options", "immutable"


def without_options(body: Json) -> Json:
    """Return the attributes to create something with, without its options."""
    return {name: value for name, value in body.items() if name != _OPTIONS}


def option_losses(record: Record, reader: TenantReader) -> Iterable[Loss]:
    """Return the loss of an object's options if the destination is older than they are.

    Domains have them since the same release.
    """
    options = record.fields.get(_OPTIONS)
    domains = reader.list("identity", "/domains", "domains")
    if options and not any(_OPTIONS in domain for domain in domains):
        reason = f"Keystone of cloud {reader.cloud.name} is too old for options."
        yield Loss(field=_OPTIONS, value=options, reason=reason)


def options_to_set(work: Work, type_: "KeystoneResource") -> Json:
    """Return the options that the copy is to have; none where its Keystone has none."""
    path = f"/{type_.plural}/{work.destination_id}"
    options: Json = work.record.fields.get(_OPTIONS) or {}
    known = options and _OPTIONS in work.destination.get("identity", path, type_.name)
    return options if known else {}


def make_changeable(cloud: CloudSession, type_: "KeystoneResource", id_: str) -> None:
    """Take away the option that forbids to change and to delete an object, if it has that."""
    path = f"/{type_.plural}/{id_}"
    found = cloud.find("identity", path, type_.name) or {}
    if (found.get(_OPTIONS) or {}).get(_IMMUTABLE):
        cloud.patch("identity", path, {type_.name: {_OPTIONS: {_IMMUTABLE: None}}})
