"""Numbers that setup cannot make anything of are refused before a cloud is asked."""

import pytest

from dashboard.cli.command_line import run


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("option", "number", "least"),
    [("--num-tenants", "0", "1"), ("--num-servers", "-1", "0"), ("--num-volumes", "-3", "0")],
)
def test_a_number_that_is_too_small_is_refused_with_the_least(
    option, number, least, tmp_path, settings, capsys
):
    clouds = tmp_path / "clouds.yaml"
    auth = "{auth_url: 'http://127.0.0.1:9/v3', username: admin, password: change-me, "
    clouds.write_text(f"clouds: {{old: {{auth: {auth}project_name: admin}}}}}}")
    settings.PUMPHOUSE_CONFIG = str(clouds)
    assert run(["setup", "old", f"{option}={number}"]) == 2
    said = capsys.readouterr().err
    assert f"{option} cannot be {number}." in said
    assert f"Use {least} or more." in said
