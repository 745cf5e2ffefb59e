"""A bad setting is reported in one sentence that names it, with exit code 2."""

import json
import os
import subprocess
import sys

import pytest

from dashboard import env as module
from dashboard.env import LOG_LEVELS, ProcessEnv
from dashboard.errors import BadInput

SECRET = "hunter2-of-nobody"


def environment(**variables: str) -> ProcessEnv:
    return ProcessEnv(variables)


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (lambda env: env.number("X", default=2, least=1), SECRET),
        (lambda env: env.number("X", default=2, least=1), "0"),
        (lambda env: env.number("X", default=2), "-1"),
        (lambda env: env.number("X", default=2), "9" * 5000),
        (lambda env: env.flag("X", default=False), SECRET),
        (lambda env: env.pairs("X"), SECRET),
        (lambda env: env.one_of("X", LOG_LEVELS, default="INFO"), SECRET),
        (lambda env: env.time_zone("X", default="UTC"), SECRET),
        (lambda env: env.time_zone("X", default="UTC"), f"../{SECRET}"),
        (lambda env: env.database("X", default=""), SECRET),
        (lambda env: env.database("X", default=""), f"oracle://u:{SECRET}@h/x"),
        (lambda env: env.database("X", default=""), f"mysql://u:{SECRET}@h:port/x"),
        (lambda env: env.broker("X"), f"http://:{SECRET}@h"),
        (lambda env: env.mail("X"), f"imap://u:{SECRET}@h"),
    ],
)
def test_a_bad_value_is_reported_without_being_shown(read, value, recwarn):
    with pytest.raises(BadInput, match=r"^X ") as told:
        read(environment(X=value))
    assert SECRET not in str(told.value)
    assert not recwarn


def test_a_file_gives_the_value_without_its_line_end(tmp_path):
    path = tmp_path / "value"
    path.write_text("true\n")
    assert environment(X_FILE=str(path)).flag("X", default=False)
    assert environment(X_FILE=str(path))("X") == "true"


def test_a_file_that_is_missing_is_a_sentence(tmp_path):
    with pytest.raises(BadInput, match="cannot be read: No such file or directory"):
        environment(X_FILE=str(tmp_path / "none"))("X")


def test_a_value_that_begins_with_a_dollar_is_itself():
    assert environment(X="$abc", abc="other")("X") == "$abc"


def test_an_empty_value_is_the_default():
    assert environment(X="").number("X", default=7) == 7
    assert environment(X="").flag("X", default=True) is True


def test_words_and_pairs_may_have_blanks_between_them():
    assert environment(X="a, b,").words("X") == ["a", "b"]
    assert environment(X="a = viewer, b=none").pairs("X") == {"a": "viewer", "b": "none"}


def test_a_driver_that_is_missing_is_named_with_its_package(monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(BadInput, match="psycopg, which is not installed") as told:
        environment(X="postgres://u@h/x").database("X", default="")
    assert told.value.fix == "Run: pip install '.[postgresql]'"


def test_a_command_tells_a_bad_setting_and_ends_with_2(tmp_path):
    variables = {"PUMPHOUSE_WORKERS": "many", "PUMPHOUSE_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "dashboard.cli.main", "--json", "status"],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("pumphouse: PUMPHOUSE_WORKERS must be a whole number")
    assert "PUMPHOUSE_WORKERS" in json.loads(done.stdout)["error"]
