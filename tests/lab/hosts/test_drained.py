"""What is left in a real cloud that is to lose its controllers."""

import uuid
from collections.abc import Iterator

import pytest

from dashboard.clients.openstack import CloudSession
from dashboard.errors import NeedsOperator
from dashboard.hosts_app.reassignment.drained import OWN_PROJECTS, leftovers_of, require_drained


@pytest.fixture
def tenant(source: CloudSession) -> Iterator[str]:
    """Return the name of a project in which there is nothing."""
    name = f"drained-{uuid.uuid4().hex[:6]}"
    project = source.post("identity", "/projects", {"project": {"name": name}}, "project")
    yield name
    source.delete("identity", f"/projects/{project['id']}")


def test_tenants_and_computes_are_left_and_the_clouds_own_projects_do_not_count(
    source: CloudSession, tenant: str
) -> None:
    remains = leftovers_of(source, [])
    assert tenant in remains.tenants
    assert not OWN_PROJECTS & set(remains.tenants)
    assert {"src-c1", "src-c2", "src-c3"} <= set(remains.computes)


def test_a_cloud_with_a_tenant_is_not_drained(source: CloudSession, tenant: str) -> None:
    with pytest.raises(NeedsOperator, match="Cloud src still has tenants"):
        require_drained(source, [])
