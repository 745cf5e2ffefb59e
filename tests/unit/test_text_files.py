"""Files and arguments that cannot be used are refused in a sentence, at once."""

import os
from pathlib import Path

import pytest

from dashboard.cli.main import main
from dashboard.clients.yaml_sections import read_section, section_of
from dashboard.env import ProcessEnv, make_home
from dashboard.errors import BadInput
from dashboard.text_files import is_there, is_utf8, read_text

LONG = "x" * 300
NO_TEXT = "caf\udce9"

BOMB = "workloads:\n  a0: &a0 [x, x]\n" + "".join(
    f"  a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)
MERGES = "a0: &a0 {x: 1}\n" + "".join(
    f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 12)
)


def test_a_named_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "clouds.yaml")
    with pytest.raises(BadInput, match="it is not a regular file"):
        read_section(tmp_path / "clouds.yaml")
    with pytest.raises(BadInput, match="it is not a regular file"):
        ProcessEnv({"X_FILE": str(tmp_path / "clouds.yaml")})("X")


@pytest.mark.parametrize("path", ["/dev/zero", "/", LONG, "nowhere"])
def test_what_is_no_file_cannot_be_read(path):
    with pytest.raises(BadInput, match="cannot be read"):
        read_text(Path(path))


@pytest.mark.parametrize("text", [BOMB, MERGES], ids=["aliases", "merges"])
def test_a_few_lines_are_not_blown_up(text):
    with pytest.raises(BadInput, match="more than 500000 values"):
        section_of(text, name="The file")


def test_what_contains_itself_is_refused():
    with pytest.raises(BadInput, match="line 1: What begins here contains itself"):
        section_of("a: &a [*a]", name="The file")


@pytest.mark.parametrize("arguments", [[LONG], ["plan", "--plan", LONG]])
def test_a_long_argument_is_refused(arguments, capsys):
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith("pumphouse: ")
    assert not is_there(Path(LONG))


def test_an_argument_that_is_not_utf8_is_refused(capsys):
    assert main(["plan", NO_TEXT]) == 2
    assert capsys.readouterr().err.startswith("pumphouse: Argument 2 is not UTF-8 text.")
    with pytest.raises(BadInput, match="X is not UTF-8 text"):
        ProcessEnv({"X": NO_TEXT})("X")
    assert is_utf8("café")


def test_a_home_that_others_could_read_is_closed(tmp_path):
    tmp_path.chmod(0o755)
    assert make_home(tmp_path).stat().st_mode & 0o777 == 0o700
