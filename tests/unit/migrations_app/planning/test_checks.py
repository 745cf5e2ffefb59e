"""What the checks of a whole tenant find before anything stops."""

from dataclasses import replace

import pytest

from dashboard.migrations_app.planning import preflight
from dashboard.migrations_app.planning.checks import logins
from dashboard.migrations_app.resources.reader import TenantRef
from dashboard.migrations_app.resources.records import BLOCK, Finding, Record
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.seeds import NAME
from tests.support.cloud.single_moves import draft_plan

pytestmark = pytest.mark.django_db


def found_with_login(clouds: TwoClouds, *, auth_type: str, owners: bool) -> list[Finding]:
    """Return what is found about a destination's login, with or without owners to impersonate."""
    project = clouds.old.identity.projects.where(name=NAME)[0]
    plan = draft_plan(clouds, TenantRef(project["id"], NAME))
    source, destination = preflight.readers_of(plan)
    cloud = destination.cloud
    cloud.access = replace(cloud.access, auth_type=auth_type)
    items = plan.items.filter(action="create")
    records = [
        Record(type=item.type, id=item.source_id, name=item.name, fields=item.fields)
        for item in (items if owners else items.exclude(type="user"))
    ]
    return [*logins.check(plan, records, source, destination)]


def test_a_login_tied_to_its_project_blocks_what_the_operator_has_to_create(clouds):
    found = found_with_login(clouds, auth_type="v3applicationcredential", owners=False)
    assert {finding.severity for finding in found} == {BLOCK}
    named = " ".join(finding.sentence for finding in found)
    assert f"server {NAME}-web-1" in named
    assert "v3applicationcredential" in named


def test_a_login_tied_to_its_project_is_enough_where_owners_create_everything(clouds):
    assert not found_with_login(clouds, auth_type="v3applicationcredential", owners=True)


def test_a_login_by_password_acts_for_everybody(clouds):
    assert not found_with_login(clouds, auth_type="password", owners=False)
