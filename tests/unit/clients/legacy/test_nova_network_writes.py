"""What is written on Neutron's view of nova-network becomes Nova's own calls."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest

from dashboard.clients.legacy import nova_network
from tests.support.juno.seen_as_neutron import (
    ACME,
    ACME_NET,
    NOVANET,
    listed,
    seen,
    server_named,
)


def test_a_reset_sets_the_defaults_and_leaves_novas_own_limits():
    cloud = seen("flat")
    cloud.request(f"/quotas/{ACME}", "DELETE")
    limits = {"floating_ips": 10, "security_groups": 10, "force": True}
    assert cloud.old.written == [("PUT", f"/os-quota-sets/{ACME}", {"quota_set": limits})]


def test_an_address_is_led_away_and_back_by_actions_of_theserver_named(monkeypatch):
    cloud = seen("flat")
    tenants: list[str] = []

    def in_tenant(found: Any, project: str) -> AbstractContextManager[Any]:
        tenants.append(project)
        return nullcontext(cloud.old)

    monkeypatch.setattr(nova_network, "compute_in", in_tenant)
    [web] = listed(cloud, "/floatingips", floating_ip_address="172.24.4.225")
    path = f"/floatingips/{web['id']}"
    cloud.request(path, "PUT", json={"floatingip": {"port_id": None}})
    for row in cloud.old.answers["/os-floating-ips-bulk"]["floating_ip_info"]:
        row["instance_uuid"] = None
    cloud.request(path, "PUT", json={"floatingip": {"port_id": web["port_id"]}})
    action = f"/servers/{server_named(cloud, 'web-1')['id']}/action"
    there = {"address": "172.24.4.225", "fixed_address": "10.20.0.50"}
    assert cloud.old.written == [
        ("POST", action, {"removeFloatingIp": {"address": "172.24.4.225"}}),
        ("POST", action, {"addFloatingIp": there}),
    ]
    assert tenants == [ACME]


@pytest.mark.parametrize(
    ("mode", "path", "status", "written"),
    [
        ("flat", f"/networks/{NOVANET}", 409, []),
        ("vlan", f"/networks/{ACME_NET}", 204, [f"/os-networks/{ACME_NET}/action"]),
        ("vlan", "/networks/gone", 404, []),
        ("vlan", "/ports/gone", 404, []),
    ],
)
def test_what_all_tenants_use_stays_and_a_vlan_becomes_free(mode, path, status, written):
    cloud = seen(mode)
    assert cloud.request(path, "DELETE").status_code == status
    assert [path for _, path, _ in cloud.old.written] == written


def test_a_port_goes_only_with_itsserver_named():
    cloud = seen("vlan")
    [port] = listed(cloud, "/ports", project_id=ACME)
    assert cloud.request(f"/ports/{port['id']}", "DELETE").status_code == 409
    cloud.old.answers["/servers/detail?all_tenants=1"]["servers"] = []
    assert cloud.request(f"/ports/{port['id']}", "DELETE").status_code == 404


def test_groups_are_deleted_by_their_numbers_and_default_ones_stay():
    cloud = seen("flat")
    for group in listed(cloud, "/security-groups", project_id=ACME):
        assert cloud.request(f"/security-groups/{group['id']}", "DELETE").status_code == 204
    assert [path for _, path, _ in cloud.old.written] == [
        "/os-security-groups/3",
        "/os-security-groups/2",
    ]
