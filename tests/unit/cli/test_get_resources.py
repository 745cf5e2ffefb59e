"""``pumphouse get_resources`` prints the items of 2015."""

import json

import pytest

from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.seeds import NAME
from tests.support.commands import run

pytestmark = pytest.mark.django_db

DATA = {
    "tenant": {"id", "name", "description"},
    "server": {"id", "name", "status", "tenant_id", "image_id", "host_id"},
    "volume": {"id", "name", "status", "tenant_id", "host_id", "size", "type", "server_ids"},
    "image": {"id", "name", "status"},
    "floating_ip": {"id", "name", "server_id"},
    "host": {"name", "status"},
    "secgroup": {"id", "name", "description", "tenant_id", "rules"},
}


def test_all_objects_are_printed_as_typed_items(clouds: TwoClouds, capsys):
    assert run("get_resources", "source") == 0
    items = json.loads(capsys.readouterr().out)["resources"]
    assert {item["cloud"] for item in items} == {"source"}
    by_type = {item["type"]: item for item in items}
    assert by_type.keys() == {*DATA, "network"}
    assert {name: set(by_type[name]["data"]) for name in DATA} == DATA
    servers = {item["data"]["name"]: item["data"] for item in items if item["type"] == "server"}
    assert servers[f"{NAME}-web-1"]["status"] == "ACTIVE"
    volumes = [item["data"] for item in items if item["type"] == "volume"]
    assert servers[f"{NAME}-web-1"]["id"] in {id_ for each in volumes for id_ in each["server_ids"]}
    addresses = [item["data"]["server_id"] for item in items if item["type"] == "floating_ip"]
    assert servers[f"{NAME}-web-1"]["id"] in addresses


def test_an_unknown_cloud_is_refused(clouds: TwoClouds, capsys):
    assert run("get_resources", "nowhere") == 2
    assert "no cloud named 'nowhere'" in capsys.readouterr().err
