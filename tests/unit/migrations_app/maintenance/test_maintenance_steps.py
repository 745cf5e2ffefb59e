"""Maintenance as a part of a move and of its rollback."""

import pytest

from dashboard.errors import BadInput
from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.states import Phase
from dashboard.migrations_app.execution.maintenance_steps import around_rollback, with_maintenance
from dashboard.migrations_app.verbs.finalize import Finalize
from tests.support.maintenances import (
    maintenance_of,
    project_of,
)


def steps_of_move() -> list[StepSpec]:
    return [
        StepSpec(key="project", action="create", title=""),
        StepSpec(key="user", action="create", title="", needs=["project"]),
        StepSpec(key="settled", action="settled", title="", phase=Phase.COMPLETE, after=["user"]),
        StepSpec(
            key="password",
            action="restore_password",
            title="",
            phase=Phase.COMPLETE,
            after=["user"],
        ),
    ]


def test_a_move_enters_first_and_people_log_in_only_after_the_destination_is_held(moved):
    moved.options["maintenance"] = "while_moving"
    steps = with_maintenance(moved, steps_of_move(), barrier="settled")
    after = {step.action if step.group == "project" else step.key: step.after for step in steps}
    assert after["project"] == ["maintenance:enter_source"]
    assert after["enter_destination"] == ["settled"]
    assert "maintenance:enter_destination" in after["password"]
    assert set(after["leave_source"]) == {"maintenance:enter_destination", "password"}


def test_a_move_that_holds_until_finalize_does_not_leave_by_itself(moved):
    moved.options["maintenance"] = "until_finalized"
    steps = with_maintenance(moved, steps_of_move(), barrier="settled")
    assert "leave_source" not in {step.action for step in steps}


def test_a_move_without_the_option_has_no_such_step(moved):
    assert with_maintenance(moved, steps_of_move(), barrier="settled") == steps_of_move()


def test_a_rollback_leaves_the_destination_first_and_the_source_when_all_has_returned(moved):
    maintenance_of(moved.destination, project_of(moved), plan=moved)
    maintenance_of(moved.source, moved.tenant_id, plan=moved)
    returning = StepSpec(key="return", action="stop", title="", params={"returns": True})
    removing = StepSpec(key="undo", action="create", title="")
    steps = around_rollback(moved, [returning, removing])
    assert [each.action for each in steps] == [
        *("leave_destination", "stop", "create", "leave_source")
    ]
    assert [[*each.after] for each in steps[1:]] == [
        *([], ["maintenance:leave_destination"], ["return"])
    ]


def test_a_rollback_leaves_the_source_in_maintenance_that_others_asked_for(moved):
    maintenance_of(moved.source, moved.tenant_id)
    assert len(around_rollback(moved, [StepSpec(key="undo", action="create", title="")])) == 1


def test_no_plan_is_finalized_while_people_are_kept_out_of_its_copy(moved):
    maintenance_of(moved.destination, project_of(moved))
    with pytest.raises(BadInput, match="demo of new is in maintenance"):
        Finalize().start(moved, confirmation=moved.tenant_name)
