"""A user gets one password, however often the answers to its calls are lost."""

import csv

import pytest
from requests.exceptions import ConnectionError

from dashboard.migrations_app.execution.passwords import secrets_file
from tests.support.cloud.lost_answers import retrying_at_once
from tests.support.cloud.messages import Answer, Request
from tests.support.cloud.seeds import NAME

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.seeded_until("quotas")]

EACH = ("shop-ann", "shop-rex", "shop-gone", "shop-cleo")


@pytest.fixture(autouse=True)
def _own_home(settings, tmp_path):
    """Keep the secrets file apart from those of other tests' plans of the same number."""
    settings.HOME = tmp_path


def test_a_lost_answer_is_one_line_in_the_log_and_one_in_the_file(clouds):
    lost: set[bytes] = set()

    def lose(request: Request, answer: Answer) -> None:
        """Lose the answer to each change of a user twice: its password, and its being disabled."""
        if request.method != "PATCH" or "/users/" not in request.path:
            return
        call = request.path.encode() + request.content
        for attempt in (b"1", b"2"):
            if call + attempt not in lost:
                lost.add(call + attempt)
                raise ConnectionError("The connection broke before the answer came.")

    plan = clouds.plan(NAME)
    clouds.new.on_answer = lose
    with retrying_at_once():
        job = clouds.execute(plan)
    for name in EACH:
        told = job.log.filter(message__startswith=f"User {name} has a one-time password")
        assert told.count() == 1
    with secrets_file(plan).open(encoding="utf-8", newline="") as file:
        issued = {row[1]: row[2] for row in csv.reader(file)}
    users = clouds.new.identity.users
    moved = [users.where(name=name)[0] for name in EACH]
    assert issued == {user["id"]: user["~password"] for user in moved}
    assert len(secrets_file(plan).read_text().splitlines()) == len(moved)
    assert not users.where(name="shop-gone")[0]["enabled"]
