"""Names of others reach a terminal as they are, and command nothing there."""

import json
import logging

import pytest
from rich.progress import Progress

from dashboard.cli.console import Console
from dashboard.cli.progress_display import _progress
from dashboard.cli.terminal import SafeTerminal
from dashboard.errors import BadInput
from dashboard.log_lines import LineFormatter
from dashboard.visible_text import visible

NAME = "a\x1b]0;title\x07[/b]:smile:\x9b2J\u202etxt"
SHOWN = "a\\x1b]0;title\\x07[/b]:smile:\\x9b2J\\u202etxt"


def test_control_characters_are_shown():
    assert visible(NAME) == SHOWN
    assert visible("two\tcells\nČeský, 日本") == "two\tcells\nČeský, 日本"


def test_a_line_and_a_table_show_a_name_as_it_is(capsys):
    console = Console()
    console.print(NAME)
    console.print_table("Name", rows=[[NAME]])
    assert capsys.readouterr().out.count(SHOWN) == 2


def test_an_error_shows_a_name_as_it_is(capsys):
    Console().print_error(BadInput(f"No {NAME}.", fix=NAME))
    assert capsys.readouterr().err == f"pumphouse: No {SHOWN}.\n  {SHOWN}\n"


def test_a_document_has_the_name_and_no_control_character(capsys):
    Console(json=True).print_json({"name": NAME})
    printed = capsys.readouterr().out
    assert json.loads(printed) == {"name": NAME}
    assert visible(printed) == printed


def test_bars_obey_no_name(capsys):
    progress: Progress = _progress(SafeTerminal(width=200))
    progress.add_task(NAME, total=1, text=NAME)
    progress.console.print(progress.get_renderable())
    printed = capsys.readouterr().out
    assert printed.count("[/b]:smile:") == 2
    assert visible(printed) == printed


def test_a_log_line_shows_a_name_as_it_is():
    record = logging.makeLogRecord({"msg": "Lost %s", "args": (NAME,)})
    assert LineFormatter("%(message)s").format(record) == f"Lost {SHOWN}"


@pytest.mark.parametrize("path", ["c[/b].yaml", "[red]c.yaml"])
def test_a_path_with_marks_of_markup_is_a_path(path, capsys):
    Console().progress.print(f"Warning: {path}", soft_wrap=True)
    assert f"Warning: {path}" in capsys.readouterr().err
