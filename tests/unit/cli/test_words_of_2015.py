"""The global flags and the spelling of 2015, in front of the command."""

import pytest

from dashboard.cli.words_of_2015 import in_words_of_today
from dashboard.errors import BadInput
from tests.support.commands import run


@pytest.mark.parametrize(
    ("given", "today"),
    [
        ("--dump a.dot migrate servers", "migrate servers --plan-only --dump a.dot"),
        ("--dump migrate servers", "migrate servers --plan-only --dump"),
        ("--dump=a.dot -c f.yaml plan shop", "-c f.yaml plan shop --dump=a.dot"),
        ("-c f.yaml --json --dump a.dot plan shop", "-c f.yaml --json plan shop --dump a.dot"),
        ("-c f.yaml get_resources source", "-c f.yaml get-resources source"),
        # behind the command it is what it is today
        ("migrate --dump a.dot", "migrate --dump a.dot"),
        ("no_such_command", "no_such_command"),
        ("", ""),
    ],
)
def test_flags_before_the_command_are_those_behind_it(given, today):
    assert in_words_of_today(given.split()) == today.split()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("-c f.yaml --fake migrate", "no clouds in memory any more"),
        ("--dump evacuate host-1", "--dump is of the commands plan and migrate"),
    ],
)
def test_what_is_no_more_is_refused_with_a_sentence(given, sentence, capsys):
    with pytest.raises(BadInput, match=sentence):
        in_words_of_today(given.split())
    assert run(*given.split()) == 2
    assert sentence in capsys.readouterr().err
