"""In which projects, and as whom, a login can act."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from dashboard.clients.cloud_access import CloudAccess
from dashboard.clients.openstack import CloudSession
from dashboard.errors import NeedsOperator
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.sessions import operator_of
from tests.support.cloud.wire import connected

CREDENTIAL = {"application_credential_id": "c", "application_credential_secret": "a-secret"}


@pytest.fixture
def cloud() -> Iterator[MemoryCloud]:
    """Serve a cloud that has nothing yet."""
    cloud = MemoryCloud("new")
    with connected(cloud):
        yield cloud


def access(cloud: MemoryCloud, *, auth_type: str = "password", **auth: Any) -> CloudAccess:
    """Return a login of the cloud's administrator, with these keys for those of its project."""
    login = operator_of(cloud).access
    kept = {key: value for key, value in login.auth.items() if not key.startswith("project")}
    return replace(login, auth_type=auth_type, auth={**kept, **auth})


def test_an_owner_logs_in_by_password_however_the_operator_does(cloud):
    operator = operator_of(cloud)
    user = {"name": "ann", "password": "of ann"}
    user_id = operator.post("identity", "/users", {"user": user}, "user")["id"]
    role = next(operator.list("identity", "/roles", "roles"))
    path = f"/projects/{operator.project_id}/users/{user_id}/roles/{role['id']}"
    operator.put("identity", path)
    login = CloudAccess(
        name="new",
        auth_type="v3applicationcredential",
        auth={"auth_url": f"{cloud.url}/identity/v3", **CREDENTIAL},
    )
    ann = CloudSession(login).as_user(user_id, password="of ann", project_id=operator.project_id)
    assert (ann.user_id, ann.project_id) == (user_id, operator.project_id)


@pytest.mark.parametrize(
    ("auth_type", "auth", "named"),
    [
        ("v3applicationcredential", CREDENTIAL, "v3applicationcredential"),
        ("v3token", {"token": "a-token"}, "v3token"),
        ("password", {"system_scope": "all"}, "system_scope"),
        ("password", {"domain_id": "default"}, "domain_id"),
        ("v3password", {"trust_id": "t"}, "trust_id"),
    ],
)
def test_a_login_that_is_tied_to_its_scope_names_what_ties_it(cloud, auth_type, auth, named):
    login = access(cloud)
    keys = auth if auth_type not in ("password", "v3password") else {**login.auth, **auth}
    address = {"auth_url": login.auth["auth_url"]}
    tied = CloudSession(replace(login, auth_type=auth_type, auth={**address, **keys}))
    with pytest.raises(NeedsOperator, match=named):
        tied.scoped_to("p")


def test_a_login_for_a_project_acts_in_another(cloud):
    operator = operator_of(cloud)
    assert operator.scoped_to(operator.project_id).project_id == operator.project_id


def test_a_login_without_a_project_has_no_project_of_the_name_none(cloud):
    unscoped = CloudSession(access(cloud, system_scope="all"))
    with pytest.raises(NeedsOperator, match="no project"):
        unscoped.project_id  # noqa: B018
