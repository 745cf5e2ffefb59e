"""EC2 keys and second factors arrive as they are; their secrets are kept nowhere."""

import json
from typing import Any

import pytest
from django.apps import apps
from django.core import serializers

from dashboard.migrations_app.models import Plan
from tests.support.cloud.contents import changes_between, contents
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.seeds import NAME

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.seeded_until("quotas")]
ACCESS, SECRET, FACTOR = f"AK{NAME}", f"secret-of-{NAME}", f"totp-of-{NAME}"
ANN = f"{NAME}-ann"


def blobs(cloud: MemoryCloud) -> dict[str, Any]:
    """Return what the credentials of the tenant's user hold, by type."""
    [ann] = cloud.identity.users.where(name=ANN)
    return {row["type"]: row["blob"] for row in cloud.identity.credentials.where(user_id=ann["id"])}


def all_rows() -> str:
    """Return all rows of the database as one text."""
    models = (model for model in apps.get_models() if model._meta.managed)
    return "\n".join(
        serializers.serialize("json", model._default_manager.all()) for model in models
    )


def move(clouds: TwoClouds) -> Plan:
    """Plan and execute the move of the tenant; verify must find nothing unexpected."""
    plan = clouds.plan(NAME)
    assert plan.state == Plan.State.READY
    clouds.execute(plan)
    assert clouds.verify(plan) == []
    return plan


def found(plan: Plan) -> str:
    """Return what a plan warns of, as one text."""
    return "\n".join(f"{x.sentence} {x.fix}" for x in plan.findings.filter(severity="warn"))


def test_credentials_arrive_as_they_are_and_no_row_has_a_secret(clouds):
    before = contents(clouds.new)
    plan = move(clouds)
    assert blobs(clouds.new) == blobs(clouds.old)
    assert json.loads(blobs(clouds.new)["ec2"])["secret"] == SECRET
    rows = all_rows()
    assert ACCESS in rows
    assert SECRET not in rows
    assert FACTOR not in rows
    clouds.roll_back(plan)
    assert changes_between(before, contents(clouds.new)) == []


def test_verify_sees_another_secret_and_does_not_tell_it(clouds):
    plan = move(clouds)
    [row] = clouds.new.identity.credentials.where(type="ec2", user_id=_ann(clouds.new))
    row["blob"] = json.dumps({"access": ACCESS, "secret": "somebody-elses-secret"})
    assert clouds.verify(plan) == [("credential", ACCESS, "secret")]
    assert "somebody-elses-secret" not in all_rows()


def _ann(cloud: MemoryCloud) -> str:
    return str(cloud.identity.users.where(name=ANN)[0]["id"])


def test_what_a_trust_has_made_stays(clouds):
    [row] = clouds.old.identity.credentials.where(type="ec2")
    row["blob"] = json.dumps({"access": ACCESS, "secret": SECRET, "trust_id": "a-trust"})
    plan = move(clouds)
    assert plan.items.get(type="credential", name=ACCESS).action == "skip"
    assert "ec2" not in blobs(clouds.new)


def test_a_user_who_is_there_already_gets_no_credentials(clouds):
    clouds.new.identity.users.add({"name": ANN})
    plan = move(clouds)
    assert {*plan.items.filter(type="credential").values_list("action", flat=True)} == {"skip"}
    assert blobs(clouds.new) == {}


def test_who_must_renew_application_credentials_and_trusts_is_named(clouds):
    named = found(move(clouds))
    assert f"The application credential {NAME}-backup of user {ANN} is not migrated" in named
    assert f"by which user {ANN} lets {NAME}-rex act in the project, is not migrated" in named
