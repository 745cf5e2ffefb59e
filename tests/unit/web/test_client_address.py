"""Whose address lock-out and throttle count by, behind proxies and without any."""

from ipaddress import ip_network

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client, RequestFactory

from dashboard.env import ProcessEnv
from dashboard.errors import BadInput
from dashboard.web.middleware import client_address
from tests.support import rows

PROXY, CLIENT, OTHER = "10.20.0.9", "192.0.2.7", "192.0.2.8"


@pytest.fixture
def behind_proxies(settings) -> None:
    settings.TRUSTED_PROXIES = [ip_network("10.20.0.0/24"), ip_network("fd00::/8")]


def seen(peer: str, forwarded: str | None) -> str:
    more = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    request = RequestFactory().get("/", REMOTE_ADDR=peer, **more)
    client_address(lambda request: HttpResponse())(request)
    return str(request.META["REMOTE_ADDR"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        (PROXY, CLIENT, CLIENT),
        (PROXY, f"{OTHER}, {CLIENT}", CLIENT),  # the left one was written by the client
        (PROXY, f"{CLIENT}, 10.20.0.3", CLIENT),
        (f"::ffff:{PROXY}", CLIENT, CLIENT),
        ("fd00::1", "2001:db8::5", "2001:db8::5"),
        (PROXY, None, PROXY),
        (PROXY, "", PROXY),
        (PROXY, f"{CLIENT}, unknown", PROXY),
        (PROXY, "10.20.0.3, 10.20.0.4", "10.20.0.3"),
        (CLIENT, OTHER, CLIENT),  # not a proxy: what it says about itself counts for nothing
        ("", CLIENT, ""),
    ],
)
def test_only_trusted_proxies_say_for_whom_they_ask(
    behind_proxies, peer, forwarded, client
) -> None:
    assert seen(peer, forwarded) == client


def test_without_a_setting_no_header_is_believed() -> None:
    assert seen(PROXY, CLIENT) == PROXY


def test_who_is_no_proxy_cannot_pretend_to_use_tls(behind_proxies) -> None:
    def scheme(peer: str) -> str | None:
        request = RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_PROTO="https")
        client_address(lambda request: HttpResponse())(request)
        return request.META.get("HTTP_X_FORWARDED_PROTO")

    assert (scheme(PROXY), scheme(CLIENT)) == ("https", None)


@pytest.mark.django_db
def test_a_lock_out_behind_a_proxy_is_that_of_one_client(behind_proxies) -> None:
    rows.user_with("viewer")
    client, wrong = Client(REMOTE_ADDR=PROXY), {"username": "viewer", "password": "wrong-wrong"}
    for _ in range(6):
        locked = client.post("/login/", wrong, HTTP_X_FORWARDED_FOR=CLIENT)
    assert locked.status_code == 429
    right = {**wrong, "password": rows.PASSWORD}
    assert client.post("/login/", right, HTTP_X_FORWARDED_FOR=CLIENT).status_code == 429
    assert client.post("/login/", right, HTTP_X_FORWARDED_FOR=OTHER).status_code == 302


@pytest.mark.django_db
def test_the_throttle_of_tokens_behind_a_proxy_is_that_of_one_client(behind_proxies) -> None:
    cache.clear()
    client, body = Client(REMOTE_ADDR=PROXY), {"username": "x"}

    def ask(address: str) -> int:
        kind = "application/json"
        more = {"HTTP_X_FORWARDED_FOR": address, "content_type": kind}
        return int(client.post("/api/token/", body, **more).status_code)

    assert [ask(CLIENT) for _ in range(11)][-1] == 429
    assert ask(OTHER) == 400


@pytest.mark.parametrize("text", ["10.20.0.0/33", "proxy.example", "10.20.0.1/24"])
def test_a_setting_that_names_no_network_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="PUMPHOUSE_TRUSTED_PROXIES must be a list of addresses"):
        ProcessEnv({"PUMPHOUSE_TRUSTED_PROXIES": text}).networks("PUMPHOUSE_TRUSTED_PROXIES")
