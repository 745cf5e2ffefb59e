"""A name that a terminal is asked for."""

import io
import sys

import pytest

from dashboard.cli.console import Console
from dashboard.cli.prompts import confirmed_name
from dashboard.errors import BadInput


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_the_name_is_asked_for_below_what_is_touched(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", Terminal("demo\n"))
    touched = ["server web-1 is deleted"]
    assert confirmed_name(None, name="demo", touched=touched, console=Console()) == "demo"
    assert "server web-1 is deleted" in capsys.readouterr().out


def test_another_name_on_the_terminal_does_nothing(monkeypatch):
    monkeypatch.setattr(sys, "stdin", Terminal("demo2\n"))
    with pytest.raises(BadInput, match="so nothing was done"):
        confirmed_name(None, name="demo", touched=[], console=Console())
