"""Policies that deny a role all writing, made from what services print or have."""

import json

import pytest

from dashboard.cli.command_line import run
from dashboard.clients.policy_overrides import (
    effective_check,
    overrides,
    policy_file,
    read_policy,
    read_rules,
)

ROLE = "looker"
SAMPLE = """# Whoever owns it
#"owner": "project_id:%(project_id)s"

# Everybody
#"anybody": ""

# Create a thing
# POST  /things
#"thing:create": "role:member and rule:owner"

# DEPRECATED
# "thing:create":"rule:owner" has been deprecated since X in favor of
# "thing:create":"role:member and rule:owner".

# Create a thing from something that has a long name
# POST  /things
#"thing:create_from_something_long": "rule:a_rule_whose_name_is_longer_than_most_others"

# DEPRECATED
# "thing:create_from_something_old":"" has been deprecated since X in
# favor of "thing:create_from_something_long":"rule:a_rule_whose_name_i
# s_longer_than_most_others".

# Look at it and change it
# GET  /things/{id}
# PUT  /things/{id}
#"thing:both": "rule:owner"

# List them
# GET  /things
# HEAD  /things
#"thing:index": ""

# Nobody may
# DELETE  /things
#"thing:delete_all": "!"

#"a_rule_whose_name_is_longer_than_most_others": "role:admin"

# WARNING: A rule name change has been identified.
# "thing:old": "rule:thing:create"
"""


def denied(text: str = SAMPLE, **more: object) -> dict[str, str]:
    return overrides(read_rules(text), ROLE, **more)  # type: ignore[arg-type]


def test_every_request_that_is_not_a_look_is_denied_and_no_other():
    assert set(denied()) == {
        "thing:create",
        "thing:create_from_something_long",
        "thing:both",
    }


def test_who_could_before_by_a_deprecated_rule_still_can():
    check = "(role:member and rule:owner) or (rule:owner)"
    assert denied()["thing:create"] == f"not role:{ROLE} and ({check})"


def test_a_deprecated_rule_that_let_everybody_pass_lets_everybody_else_pass():
    assert denied()["thing:create_from_something_long"] == f"not role:{ROLE}"


def test_a_service_that_enforces_its_new_defaults_grants_nothing_more():
    check = "role:member and rule:owner"
    assert denied(new_defaults=True)["thing:create"] == f"not role:{ROLE} and ({check})"


def test_what_the_operator_has_written_stays():
    own = read_policy('# "thing:both": ""\n"thing:create": "role:builder"\n')
    assert denied(own=own)["thing:create"] == f"not role:{ROLE} and (role:builder)"
    assert denied(own=own)["thing:both"] == f"not role:{ROLE} and (rule:owner)"


def test_a_rule_that_the_operator_wrote_by_its_old_name_counts():
    own = read_policy('"thing:create_from_something_old": "role:builder"')
    rule = read_rules(SAMPLE)["thing:create_from_something_long"]
    assert effective_check(rule, own, False) == "role:builder"


def test_a_policy_file_without_requests_is_read_by_names():
    checks = {
        "default": "rule:owner",
        "owner": "tenant_id:%(tenant_id)s",
        "create_network": "",
        "create_network:shared": "role:admin",
        "get_network": "rule:owner",
        "get_network:router:external": "rule:owner",
        "volume:get_all": "rule:owner",
        "os_compute_api:os-keypairs:index": "",
        "os_compute_api:os-suspend-server:suspend": "rule:owner",
        "compute_extension:extended_status": "",
        "upload_image": "",
    }
    assert set(denied(json.dumps(checks))) == {
        "create_network",
        "create_network:shared",
        "os_compute_api:os-suspend-server:suspend",
        "upload_image",
    }


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('"create_thing": "rule:missing"', "refers to missing"),
        ("create_thing:\n  - role:admin\n", "not a rule in one line: create_thing:"),
        ('{"create_thing": [["role:admin"]]}', "rule create_thing is not text"),
    ],
)
def test_rules_that_cannot_be_used_are_named(text, sentence):
    with pytest.raises(ValueError, match=sentence):
        denied(text)


def test_the_file_is_json_that_every_release_reads():
    assert json.loads(policy_file(denied())) == denied()


@pytest.mark.django_db
def test_the_command_writes_a_file_for_each_service(tmp_path, settings):
    settings.PUMPHOUSE_CONFIG = ""
    rules = tmp_path / "rules.yaml"
    rules.write_text(SAMPLE)
    folder = tmp_path / "policies"
    arguments = ["--rules", f"thing={rules}", "--role", ROLE, "--into", str(folder)]
    assert run(["maintenance", "policies", *arguments]) == 0
    written = folder / "thing" / "pumphouse-maintenance.json"
    assert json.loads(written.read_text()) == denied()


@pytest.mark.django_db
@pytest.mark.parametrize("rules", [[], ["--rules", "thing"], ["--rules", "thing=/nowhere"]])
def test_the_command_says_what_is_wrong_and_gives_2(rules, settings, capsys):
    settings.PUMPHOUSE_CONFIG = ""
    assert run(["maintenance", "policies", *rules]) == 2
    said = capsys.readouterr().err
    assert said.startswith("pumphouse: ")
    assert "Errno" not in said
