"""The contract of every registered resource type: each field of an answer is accounted for.

A cloud in memory answers with the fields of its release; ``test_memory_cloud`` holds those to
recordings of real services.
"""

from collections.abc import Iterator

import pytest

from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.records import Record
from dashboard.migrations_app.resources.registry import resource_types
from tests.support.cloud.releases import ORDER, release_named
from tests.support.cloud.seeded_fields import seeded_records

TYPES = [*resource_types().values()]


def exists(type_: ResourceType, release: str) -> bool:
    """Return whether a release has objects of a type: some are of an extension of Neutron's."""
    alias = getattr(type_, "extension", "")
    return not alias or alias in release_named(release).extensions


def unaccounted(type_: ResourceType, records: list[Record]) -> Iterator[str]:
    known = {*type_.copied, *type_.mapped, *type_.own, *type_.lost}
    for record in records:
        yield from (f"{type_.name}.{name}" for name in record.fields if name not in known)


@pytest.mark.parametrize("release", ORDER)
@pytest.mark.parametrize("type_", TYPES, ids=[type_.name for type_ in TYPES])
def test_every_field_is_copied_mapped_own_or_lost(release, type_):
    records = seeded_records(release)[type_.name]
    none = f"Nothing of the seeded tenant is a {type_.name}: add one to the seeds."
    assert records or not exists(type_, release), none
    assert {*unaccounted(type_, records)} == set()


@pytest.mark.parametrize("type_", TYPES, ids=[type_.name for type_ in TYPES])
def test_a_field_that_is_not_accounted_for_is_found_out(type_):
    records = [
        Record(type=r.type, id=r.id, name=r.name, fields={**r.fields, "brand_new": "value"})
        for r in seeded_records("2026.2")[type_.name]
    ]
    assert {*unaccounted(type_, records)} == {f"{type_.name}.brand_new"}
