"""Nobody learns from an answer whether a word is a secret of Pumphouse, or makes it one."""

import pytest

from dashboard import secrets
from dashboard.errors import NeedsOperator
from dashboard.migrations_app.verbs.verify import Verify
from tests.support import rows
from tests.support.api_clients import as_role
from tests.support.host_rows import hosts_of

pytestmark = pytest.mark.django_db

GUESS = "hunter-2-of-a-cloud"


@pytest.mark.parametrize("password", ["cloud", rows.PASSWORD])
def test_a_password_that_somebody_tries_is_starred_nowhere_else(api, password) -> None:
    rows.user_with("viewer")
    before = set(secrets._known)
    api.post("/api/token/", {"username": "viewer", "password": password}, format="json")
    assert secrets._known == before
    assert secrets.mask(f"a {password}") == f"a {password}"


@pytest.mark.parametrize(
    "path", [f"{GUESS}/", f"clouds/{GUESS}/", f"hosts/old/{GUESS}/", f"jobs/?state={GUESS}"]
)
def test_a_reader_cannot_try_words(plan, path) -> None:
    client, answers = as_role("viewer"), []
    for is_secret in (False, True):
        if is_secret:
            secrets.register(GUESS)
        answers.append(client.get(f"/api/{path}").content)
    assert answers[0] == answers[1]


@pytest.mark.parametrize("body", [{"action": GUESS}, {"action": "evacuate", "options": {GUESS: 1}}])
def test_an_operator_cannot_try_words_in_a_body_either(body) -> None:
    host = hosts_of(rows.two_clouds()[0])[0]
    client, answers = as_role("operator"), []
    for is_secret in (False, True):
        if is_secret:
            secrets.register(GUESS)
        path = f"/api/hosts/{host.cloud.name}/{host.name}/plans/"
        answers.append(client.post(path, body, format="json"))
    assert {answer.status_code for answer in answers} == {400}
    assert GUESS in answers[0].json()["error"]
    assert answers[0].content == answers[1].content


def test_a_secret_that_nobody_sent_stays_hidden(operator, plan, monkeypatch) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise NeedsOperator(f"The cloud said {GUESS}.")

    secrets.register(GUESS)
    rows.ledger_of(plan)
    monkeypatch.setattr(Verify, "launch", refuse)
    assert GUESS not in operator.post(f"/api/plans/{plan.pk}/verify/").content.decode()
