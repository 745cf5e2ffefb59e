"""Which domain of the destination something of the source belongs in."""

from collections.abc import Sequence

from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import Record, Ref
from dashboard.migrations_app.resources.work import Work

_DOMAIN = "domain_id"


def domain_there(record: Record, reader: TenantReader) -> str:
    """Return the id of the domain on the destination; "" for one that is yet to be created.

    Domains are decided about first.
    """
    return reader.destination_ids.get(("domain", record.fields.get(_DOMAIN, "")), "")


def domain_refs(record: Record) -> Sequence[Ref]:
    """Return the domain, without which nothing can be created in it."""
    domain_id = record.fields.get(_DOMAIN)
    return [Ref("domain", domain_id)] if domain_id else []


def domain_of(work: Work) -> str:
    """Return the id of the domain to create something in, "" for what belongs to none.

    Plans of older versions found it when they were made.
    """
    found = work.resolution.get(_DOMAIN)
    source_id = work.record.fields.get(_DOMAIN)
    return found or (work.destination_id_of("domain", source_id) if source_id else "")
