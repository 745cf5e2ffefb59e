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
    at_once = {each["id"] for each in source.list(service, path, key, limit=1000, **query)}
    source.calls.clear()
    one_by_one = [each["id"] for each in source.list(service, path, key, limit=1, **query)]
    assert len(at_once) > 1
    assert sorted(one_by_one) == sorted(at_once)
    assert source.calls[service] >= len(at_once)
