"""Which rules are the same, and which cannot be migrated."""

import pytest

from dashboard.migrations_app.resources.network.security_group.rules import (
    RULES,
    lost_rules,
    marked,
    migrated_rules,
    rule_key,
    rule_sentence,
)


def rule(**given) -> dict:
    plain = {
        **dict.fromkeys(("protocol", "port_range_min", "port_range_max", "remote_ip_prefix")),
        **dict.fromkeys(("remote_group_id", "remote_address_group_id", "description")),
    }
    return {"direction": "ingress", "ethertype": "IPv4", **plain, **given}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"protocol": "tcp"}, {"protocol": "6"}),
        ({"protocol": "any"}, {"protocol": None}),
        ({"protocol": "vrrp"}, {"protocol": "112"}),
        ({"protocol": "ip"}, {"protocol": "0"}),
        ({"protocol": "Brand-New"}, {"protocol": "brand-new"}),
        (
            {"protocol": "icmp", "ethertype": "IPv6"},
            {"protocol": "ipv6-icmp", "ethertype": "IPv6"},
        ),
        ({"remote_ip_prefix": "10.3.4.5/16"}, {"remote_ip_prefix": "10.3.0.0/16"}),
        ({"description": ""}, {"description": None}),
        ({"protocol": "udp", "port_range_min": 1, "port_range_max": 65535}, {"protocol": "udp"}),
    ],
)
def test_the_same_rule_in_other_words_is_the_same(one, other):
    assert rule_key(rule(**one)) == rule_key(rule(**other))


def test_all_ports_are_said_as_none_so_that_verify_finds_no_difference():
    every = {"protocol": "udp", "port_range_min": 1, "port_range_max": 65535}
    assert rule_sentence(rule(**every)) == rule_sentence(rule(protocol="udp"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"protocol": "icmp"}, {"protocol": "icmpv6"}),
        ({"protocol": "ip"}, {"protocol": None}),
        ({"protocol": "brand-new"}, {"protocol": "brand-old"}),
        ({"remote_ip_prefix": "0.0.0.0/0"}, {"remote_ip_prefix": None}),
        ({"remote_group_id": "a"}, {"remote_group_id": "b"}),
        ({"port_range_min": 22}, {"port_range_min": 23}),
        ({"description": "for backups"}, {"description": ""}),
    ],
)
def test_different_rules_are_not_the_same(one, other):
    assert rule_key(rule(**one)) != rule_key(rule(**other))


def test_a_rule_is_never_migrated_without_the_remote_that_it_names():
    rules = [
        rule(remote_group_id="known"),
        rule(remote_group_id="unknown"),
        rule(remote_address_group_id="any"),
        rule(),
    ]
    group = {RULES: marked(rules, {"known"})}
    assert [each["remote_group_id"] for each in migrated_rules(group)] == ["known", None]
    assert len(lost_rules(group)) == 2


def test_a_rule_reads_as_a_sentence():
    ssh = rule(protocol="6", port_range_min=22, port_range_max=22, description="admins")
    assert rule_sentence(ssh) == "ingress IPv4 tcp 22-22 with anybody (admins)"
    assert rule_sentence(rule(remote_group_id="g")) == "ingress IPv4 any with group g"
    assert rule_sentence(rule(protocol="brand-new")) == "ingress IPv4 brand-new with anybody"
