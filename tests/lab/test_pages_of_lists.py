"""Lists come in pages, each service with links of its own kind; all pages are read."""

import pytest

from dashboard.clients.openstack import CloudSession

COLLECTIONS = [
    ("image", "/images", "images", {}),
    ("compute", "/servers/detail", "servers", {"all_tenants": 1}),
    ("block_storage", "/volumes/detail", "volumes", {"all_tenants": 1}),
    ("network", "/ports", "ports", {}),
]


@pytest.mark.parametrize(("service", "path", "key", "query"), COLLECTIONS)
def test_pages_of_one_give_what_one_page_gives(
    tenant_with_data, source: CloudSession, service: str, path: str, key: str, query: dict
):
    def listed(limit: int) -> list[str]:
        return [each["id"] for each in source.list(service, path, key, limit=limit, **query)]

    before = {*listed(1000)}
    source.calls.clear()
    one_by_one = listed(1)
    asked = source.calls[service]
    # what an earlier test has deleted may go meanwhile
    stayed = before & {*listed(1000)}
    assert len(stayed) > 1
    assert stayed <= {*one_by_one} <= before
    assert len(one_by_one) == len({*one_by_one}) <= asked
