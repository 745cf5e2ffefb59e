"""Fixtures: two clouds, a plan between them, and the moves of single types of that plan."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.resources.reader import TenantRef
from dashboard.migrations_app.resources.registry import resource_type, resource_types
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.moving import TwoClouds, two_clouds
from tests.support.cloud.seeds import NAME, tenant_between
from tests.support.cloud.seeds.everybodys import PARTNERS
from tests.support.cloud.single_moves import Move, draft_plan, neighbour_moved

# what is created by choice only
CREATING = {f"volume_type:{NAME}-fast": "create", f"domain:{PARTNERS}": "create"}
TYPES = [*resource_types()]


@pytest.fixture(scope="module")
def planned(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[TwoClouds, Plan]]:
    """Return two clouds and the plan of a tenant that has some of everything."""
    folder: Path = tmp_path_factory.mktemp("contract")
    with django_db_blocker.unblock(), transaction.atomic(), two_clouds(folder) as clouds:
        tenant_between(clouds.old, clouds.new)
        neighbour_moved(clouds)
        forget_partners(clouds.new)
        project = clouds.old.identity.projects.where(name=NAME)[0]
        plan = draft_plan(clouds, TenantRef(project["id"], NAME), CREATING)
        assert plan.state == plan.State.READY, [*plan.findings.values_list("sentence", flat=True)]
        yield clouds, plan
        transaction.set_rollback(True)


def forget_partners(cloud: MemoryCloud) -> None:
    """Take the domain of partners away, with who is in it: it is to be created."""
    identity = cloud.identity
    [domain] = identity.domains.where(name=PARTNERS)
    for user in identity.users.where(domain_id=domain["id"]):
        identity.groups.forget(user_id=user["id"])
        del identity.users.rows[user["id"]]
    del identity.domains.rows[domain["id"]]


@pytest.fixture(scope="module", params=TYPES)
def begun(request: pytest.FixtureRequest, planned: tuple[TwoClouds, Plan]) -> Iterator[Move]:
    """Return the move of a type, begun as far as the type's objects need."""
    clouds, plan = planned
    move = Move(clouds=clouds, plan=plan, type=resource_type(request.param))
    with move.kept():
        move.begin()
        yield move


@pytest.fixture
def move(begun: Move) -> Iterator[Move]:
    """Return the begun move; whatever a test does is put back."""
    with begun.kept():
        yield begun


@pytest.fixture(scope="module")
def ended(planned: tuple[TwoClouds, Plan]) -> Iterator[tuple[TwoClouds, Plan]]:
    """Return the clouds and the plan when all of it is done. Not to be used beside ``begun``."""
    clouds, plan = planned
    move = Move(clouds=clouds, plan=plan, type=resource_type("project"))
    with move.kept():
        move.do_everything()
        yield clouds, plan


@pytest.fixture(params=TYPES)
def moved(request: pytest.FixtureRequest, ended: tuple[TwoClouds, Plan]) -> Iterator[Move]:
    """Return the move of a type when all is done; whatever a test does is put back."""
    clouds, plan = ended
    move = Move(clouds=clouds, plan=plan, type=resource_type(request.param))
    with move.kept():
        yield move
