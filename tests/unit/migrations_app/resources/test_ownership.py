"""Who owns a copy, and what is said of the owner who does not."""

from dashboard.migrations_app.resources.ownership import with_owner_losses
from dashboard.migrations_app.resources.records import ADOPT, Decision, Record

SERVER = Record(type="server", id="s", name="web", fields={"user_id": "ann"})


def reason_where(user: Decision | None) -> str:
    """Return why the owner is lost, where that became of the user."""
    [loss] = with_owner_losses(SERVER, Decision(), lambda *_: user).losses
    return loss.reason


def test_an_owner_who_was_deleted_is_not_said_to_exist():
    assert reason_where(None).startswith("Its owner was deleted, or has no role")


def test_an_owner_who_exists_already_is_left_as_it_is():
    assert "exists on the destination already" in reason_where(Decision(action=ADOPT))


def test_an_owner_who_moves_is_not_lost():
    assert not with_owner_losses(SERVER, Decision(), lambda *_: Decision()).losses
