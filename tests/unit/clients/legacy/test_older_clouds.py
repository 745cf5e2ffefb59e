"""Clouds of Havana and Grizzly, whose Nova tells less than Juno's and cuts lists without a link."""

from collections.abc import Iterator

import pytest

from dashboard.clients import reading
from dashboard.clients.openstack import CloudSession
from dashboard.errors import NeedsOperator, Retryable
from dashboard.hosts_app.compute.nova import compute_services, disable_service, migrations
from tests.support.cloud.moving import QuickClock
from tests.support.juno.cloud import JunoCloud, running_juno
from tests.support.juno.messages import Json, Reply
from tests.support.juno.older import as_of_grizzly, as_of_havana

ACME = "5900a9f21ccb4f45900ea62f904f58d8"
ALL = {"all_tenants": 1, "project_id": ACME}
ATTACHED, MAC = "os-extended-volumes:volumes_attached", "OS-EXT-IPS-MAC:mac_addr"


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[JunoCloud]:
    monkeypatch.setattr(reading, "time", QuickClock())
    with running_juno() as cloud:
        yield cloud


def servers_of(cloud: JunoCloud) -> dict[str, Json]:
    listed = CloudSession(cloud.access()).list("compute", "/servers/detail", "servers", **ALL)
    return {server["name"]: server for server in listed}


def ports_of(cloud: JunoCloud) -> list[Json]:
    return [*CloudSession(cloud.access()).list("network", "/ports", "ports", project_id=ACME)]


@pytest.mark.parametrize(
    ("service", "path", "key", "number"),
    [
        ("compute", "/servers/detail", "servers", 8),
        ("block_storage", "/volumes/detail", "volumes", 3),
        ("network", "/security-groups", "security_groups", 3),
    ],
)
def test_lists_that_are_cut_without_a_link_are_read_to_their_end(cloud, service, path, key, number):
    as_of_havana(cloud, page=2)
    query = {"project_id": ACME} if service == "network" else ALL
    found = [*CloudSession(cloud.access()).list(service, path, key, **query)]
    assert len({each["id"] for each in found}) == number


def test_ports_have_the_addresses_of_servers_behind_the_first_page(cloud):
    before = ports_of(cloud)
    as_of_havana(cloud, page=2)
    assert ports_of(cloud) == before


def test_a_list_whose_last_one_was_deleted_meanwhile_is_read_anew(cloud):
    as_of_havana(cloud, page=2)
    servers, asked = cloud.state["nova"]["servers"], []

    def deleted_once(request, reply: Reply) -> Reply:
        if "marker" in request.query and not asked:
            asked.append(request)
            return Reply(400, {"badRequest": {"code": 400, "message": "marker not found"}})
        return reply

    cloud.retold = deleted_once
    assert len(servers_of(cloud)) == len([s for s in servers if s["tenant_id"] == ACME])
    assert asked


def test_a_catalogue_may_have_novas_older_name_of_its_api(cloud):
    """Catalogues that were written for Diablo lead to /v1.1."""
    [compute] = [e for e in cloud.state["keystone"]["catalogue"] if e["type"] == "compute"]
    for endpoint in compute["endpoints"]:
        urls = [name for name in endpoint if name.endswith("URL")]
        endpoint.update({name: endpoint[name].replace("/v2/", "/v1.1/") for name in urls})
    assert CloudSession(cloud.access()).newest_microversion("compute") == (0, 0)
    assert len(ports_of(cloud)) > 1


def test_havana_has_no_server_groups_and_services_have_no_ids(cloud):
    as_of_havana(cloud)
    session = CloudSession(cloud.access())
    assert [*session.list("compute", "/os-server-groups", "server_groups", all_projects=1)] == []
    assert [service.host for service in compute_services(session)] == ["juno-c1", "juno-c2"]


def test_grizzly_has_no_records_of_migrations_and_no_reasons_of_disabled_hosts(cloud):
    as_of_grizzly(cloud)
    session = CloudSession(cloud.access())
    assert migrations(session, source_compute="juno-c1") == []
    [first, _] = compute_services(session)
    with pytest.raises(NeedsOperator, match="does not keep why a host is disabled"):
        disable_service(session, first, reason="ours")


def test_servers_of_grizzly_are_told_with_their_volumes_and_macs(cloud):
    before = servers_of(cloud)
    as_of_grizzly(cloud)
    after = servers_of(cloud)
    assert any(server[ATTACHED] for server in before.values())
    for name, server in before.items():
        volumes = {each["id"] for each in server[ATTACHED]}
        assert {each["id"] for each in after[name][ATTACHED]} == volumes, name
        for label, entries in server["addresses"].items():
            told = [entry.get(MAC) for entry in after[name]["addresses"][label]]
            assert told == [entry[MAC] for entry in entries], name


def test_macs_by_the_order_of_networks_are_told_as_such(cloud):
    before = {port["mac_address"]: port for port in ports_of(cloud)}
    as_of_grizzly(cloud)
    after = {port["mac_address"]: port for port in ports_of(cloud)}
    guessed = {mac for mac, port in after.items() if port.pop("mac_by_order", False)}
    several = [port["device_id"] for port in before.values() if port["device_owner"][0] == "c"]
    assert after == before
    assert guessed == {mac for mac, port in before.items() if several.count(port["device_id"]) > 1}


def test_a_server_with_more_macs_than_networks_is_named_in_grizzly(cloud):
    as_of_grizzly(cloud)
    web = next(s for s in cloud.state["nova"]["servers"] if s["name"] == "web-1")
    found = cloud.state["nova_network"]["interfaces"][web["id"]]
    found.append({"id": "more", "mac_address": "fa:16:3e:00:00:99"})
    with pytest.raises(NeedsOperator, match="Server web-1 has several interfaces"):
        ports_of(cloud)


def test_nova_that_does_not_say_whether_it_has_networks_is_asked_again(cloud):
    asked = []

    def busy(request, reply: Reply) -> Reply:
        if request.path.endswith("/extensions/os-networks"):
            asked.append(request)
            return Reply(503, "busy") if len(asked) == 1 else reply
        return reply

    cloud.retold = busy
    assert ports_of(cloud)
    cloud.retold = lambda request, reply: Reply(503, "busy") if request.port == "nova" else reply
    with pytest.raises(Retryable, match="os-networks"):
        ports_of(cloud)


def test_a_server_whose_flavor_nova_has_lost_is_told_without_one(cloud):
    def lost(request, reply: Reply) -> Reply:
        if not request.path.endswith("/servers/detail"):
            return reply
        servers = [{**server, "flavor": {}} for server in reply.body["servers"]]
        return Reply(200, {"servers": servers})

    cloud.retold = lost
    assert {name: server["flavor"] for name, server in servers_of(cloud).items()}["web-1"] == {}
