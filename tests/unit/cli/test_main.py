"""Where the configuration and --json may stand, and the words of 2015."""

import os
import re
from pathlib import Path

import pytest

from dashboard.cli import command_line, main, serve
from tests.support.commands import run

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("argument", ["config.yaml", "/etc/pumphouse/clouds.yml"])
def test_a_first_argument_that_ends_as_yaml_is_the_configuration(argument):
    assert main.is_configuration(argument)


def test_a_first_argument_that_is_a_file_is_the_configuration(tmp_path, monkeypatch):
    (tmp_path / "clouds").touch()
    (tmp_path / "mycloud").touch()
    monkeypatch.chdir(tmp_path)
    assert main.is_configuration("mycloud")
    assert not main.is_configuration("clouds")
    assert not main.is_configuration("plan")


@pytest.mark.parametrize(
    "arguments",
    [
        ["nowhere.yaml", "clouds"],
        ["-c", "nowhere.yaml", "clouds"],
        ["clouds", "--config", "nowhere.yaml"],
        ["clouds", "--config=nowhere.yaml"],
    ],
)
def test_the_configuration_may_stand_anywhere(arguments, monkeypatch):
    monkeypatch.setattr(command_line, "run", lambda given: given)
    monkeypatch.setenv("PUMPHOUSE_CONFIG", "")
    main.main(arguments)
    assert os.environ["PUMPHOUSE_CONFIG"] == str(Path("nowhere.yaml").absolute())


def test_the_api_of_2015_is_the_command_up(monkeypatch):
    monkeypatch.setattr(serve, "run_pumphouse", lambda given: given)
    assert serve.main(["config.yaml"]) == ["config.yaml", "up"]
    assert serve.main(["--bind", "127.0.0.1:1"]) == ["up", "--bind", "127.0.0.1:1"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--json", "clouds.yaml", "status"],
        ["clouds.yaml", "--json", "status"],
        ["clouds.yaml", "status", "--json"],
        ["--json", "-c", "clouds.yaml", "status"],
    ],
)
def test_json_may_stand_before_and_behind_the_configuration(arguments, monkeypatch):
    monkeypatch.setattr(command_line, "run", lambda given: given)
    monkeypatch.setenv("PUMPHOUSE_CONFIG", "")
    options = command_line.build_parser().parse_args(main.main(arguments))
    assert (options.json, options.config, options.command) == (True, "clouds.yaml", "status")


def test_the_version_is_told(capsys):
    with pytest.raises(SystemExit) as left:
        run("--version")
    assert left.value.code == 0
    assert re.fullmatch(r"Pumphouse \d+\.\d+\.\d+\n", capsys.readouterr().out)
