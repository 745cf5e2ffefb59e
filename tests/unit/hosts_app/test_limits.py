"""An operator changes how much a cloud may be asked for while jobs run: by page, API, command."""

from datetime import UTC, datetime
from html import unescape

import pytest

from dashboard.audit.models import Act
from dashboard.cli.command_line import run as run_command
from dashboard.clients import openstack
from dashboard.clients.call_limits import CallLimits
from dashboard.clients.cloud_limits import Limits
from dashboard.clients.openstack import CloudSession
from dashboard.hosts_app.clouds import access_of, limits_of, register_clouds
from dashboard.hosts_app.limits import set_limits
from dashboard.hosts_app.models import Cloud
from tests.support import rows

pytestmark = pytest.mark.django_db
FILE = """
clouds:
  old:
    auth: {auth_url: https://192.0.2.1:5000/v3, username: a, password: b, project_name: c}
    pumphouse:
      limits: {network: 8, streams: 4}
"""
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture
def old(tmp_path) -> Cloud:
    path = tmp_path / "clouds.yaml"
    path.write_text(FILE)
    return register_clouds(path)[0]


def holds(cloud: Cloud) -> Limits:
    return limits_of(Cloud.objects.get(pk=cloud.pk)).at(NOON)


def test_what_is_set_holds_in_place_of_the_configuration_until_it_is_reset(old):
    access = access_of(old)
    set_limits(old, "streams: 1\nhours:\n  08:00-18:00: {bytes_per_second: 5000000000}")
    assert holds(old) == Limits(streams=1, bytes_per_second=5_000_000_000)
    assert access.limits_now().at(NOON) == holds(old), "of a session that there is already"
    set_limits(old, "{}")
    assert holds(old) == Limits()
    set_limits(old, "")
    assert holds(old) == Limits(calls={"network": 8}, streams=4)


def test_a_cloud_of_fuel_has_what_was_set_and_fuel_is_not_asked():
    cloud = Cloud.objects.create(name="env-1", origin=Cloud.Origin.FUEL, section="1")
    assert holds(cloud) == Limits()
    set_limits(cloud, "streams: 2")
    assert holds(cloud) == Limits(streams=2)


def test_calls_of_a_session_are_limited_by_what_was_set_since(old, monkeypatch):
    now = 0.0
    limits = CallLimits(clock=lambda: now)
    monkeypatch.setattr(openstack, "call_limits", limits)
    session = CloudSession(access_of(old))
    for _ in range(2):
        limits.refresh("old", session._allowed_calls)
        assert limits.of("old", "network")._most == 8
        set_limits(old, "network: 3")
    now = 11.0
    limits.refresh("old", session._allowed_calls)
    assert limits.of("old", "network")._most == 3


@pytest.mark.parametrize(
    "text, told",
    [
        ("streams: none", "limits of old, line 1 (streams): Expected a number from 1 to 1000."),
        ("network: 8\nspeed: 3", "limits of old, line 2 (speed)"),
        ("just words", "The limits of old are no keys with values."),
        ("hours: {8-18: {streams: 1}}", "Expected hours as 08:00-18:00 Europe/Berlin."),
        ("#" * 4001, "Limits have at most 4,000 characters, these have 4,001."),
    ],
)
def test_what_cannot_be_is_refused_everywhere_in_one_sentence(old, client, capsys, text, told):
    client.force_login(rows.user_with("operator"))
    answer = client.post("/clouds/old/limits/", {"limits": text})
    assert answer.status_code == 400
    page = unescape(answer.content.decode())
    assert told in page
    assert text in page, "what was typed is gone"
    assert run_command(["limits", "old", "--set", text]) == 2
    assert told in capsys.readouterr().err
    assert Cloud.objects.get(pk=old.pk).limits == ""


def test_page_api_and_command_set_and_show_it_and_leave_an_act(old, client, capsys):
    client.force_login(rows.user_with("operator"))
    client.post("/clouds/old/limits/", {"limits": "streams: 2"})
    assert ">streams: 2</textarea>" in client.get("/clouds/old/").content.decode()
    api, kind = "/api/clouds/old/limits/", "application/json"
    assert client.get(api).json() == {"limits": {"streams": 2}}
    to = {"limits": {"to": {"new": {"streams": 5}}}}
    assert client.put(api, to, content_type=kind).json() == to
    assert limits_of(old).links["new"] == Limits(streams=5)
    bad = client.put(api, {"limits": {"streams": 0}}, content_type=kind)
    assert (bad.status_code, "from 1 to 1000" in bad.content.decode()) == (400, True)
    assert run_command(["limits", "old", "--reset"]) == 0
    assert "Those of the configuration of old." in capsys.readouterr().out
    assert client.get(api).json() == {"limits": None}
    assert Act.objects.filter(result=Act.Result.DONE).count() == 3


def test_who_only_reads_sees_them_and_changes_none(old, client):
    set_limits(old, "streams: 2")
    client.force_login(rows.user_with("viewer"))
    assert "<pre>streams: 2</pre>" in client.get("/clouds/old/").content.decode()
    assert client.post("/clouds/old/limits/", {"limits": ""}).status_code == 403
    refused = client.put(
        "/api/clouds/old/limits/", {"limits": None}, content_type="application/json"
    )
    assert refused.status_code == 403
