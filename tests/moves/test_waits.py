"""What the steps of a move wait for is stored while they wait."""

from typing import Any

import pytest

from dashboard.jobs.models import Step
from dashboard.jobs.step_work import StepWork
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_move_stores_what_its_steps_wait_for(clouds: TwoClouds, monkeypatch: Any):
    stored: list[tuple[str, str]] = []
    store = StepWork._store_wait

    def store_and_read(work: StepWork, what: str, state: str, seconds: float) -> None:
        store(work, what, state, seconds)
        stored.append(Step.objects.values_list("waiting_for", "waiting_state").get(pk=work.step.pk))

    monkeypatch.setattr(StepWork, "_store_wait", store_and_read)
    plan = clouds.plan(NAME)
    clouds.old.polls = 30
    job = clouds.execute(plan)
    assert any(what.endswith("-snapshot to become available") for what, _ in stored)
    assert ("creating" in {state for _, state in stored}) and ("", "") in stored
    assert not job.steps.exclude(waiting_for="").exists()
