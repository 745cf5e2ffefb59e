"""Addresses of Keystone's database, its password hashes, and servers that do not answer."""

import socket

import pytest

from dashboard.clients import keystone_db
from dashboard.clients.keystone_address import parse_address
from dashboard.clients.keystone_db import KeystoneDatabase, readable_by, scheme_of
from dashboard.errors import BadInput, Retryable
from dashboard.secrets import MASK, mask
from tests.support.password_hashes import BCRYPT, BCRYPT_SHA256, PBKDF2, SCRYPT, SHA512
from tests.support.servers import free_port


def test_no_users_need_no_query_and_no_server():
    with KeystoneDatabase(f"mysql://a:b@127.0.0.1:{free_port()}/keystone") as database:
        assert database.password_hashes([]) == {}


def test_a_server_that_is_not_there_is_worth_another_try():
    with (
        KeystoneDatabase(f"mysql://a:longsecret@127.0.0.1:{free_port()}/keystone") as database,
        pytest.raises(Retryable, match="does not answer") as raised,
    ):
        database.password_hash("ann")
    assert "longsecret" not in str(raised.value)


def test_a_server_that_says_nothing_is_given_up_after_the_time_out(monkeypatch):
    monkeypatch.setattr(keystone_db, "CONNECT_SECONDS", 0.2)
    monkeypatch.setattr(keystone_db, "READ_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"mysql://a:b@127.0.0.1:{silent.getsockname()[1]}/keystone"
        with KeystoneDatabase(url) as database, pytest.raises(Retryable):
            database.password_hash("ann")


def test_an_address_is_taken_apart_and_its_password_masked():
    address = parse_address(
        "mysql+mysqldb://key%40stone:a@b/c#d?e@[::1]:3307/ks?ssl_ca=/ca.pem&x=1"
    )
    assert (address.host, address.port, address.database) == ("::1", 3307, "ks")
    assert (address.user, address.password) == ("key@stone", "a@b/c#d?e")
    assert address.tls == {"ssl_ca": "/ca.pem"}
    assert "a@b/c#d?e" not in repr(address) + str(address)
    assert mask("is a@b/c#d?e it") == f"is {MASK} it"


def test_an_address_has_the_usual_port_and_a_quoted_password():
    address = parse_address("mysql://keystone:quoted%40and%2Fslashed@db.example/keystone")
    assert (address.host, address.port) == ("db.example", 3306)
    assert address.password == "quoted@and/slashed"
    assert mask("quoted@and/slashed") == mask("quoted%40and%2Fslashed") == MASK


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql://u:thesecret@h/keystone", "must be MySQL or MariaDB, not postgresql"),
        ("sqlite:////var/lib/thesecret.db", "not the address of a database"),
        ("mysql://u:thesecret@h", "not the address of a database"),
        ("mysql://u:thesecret@h:port/keystone", "not the address of a database"),
        ("thesecret", "not the address of a database"),
    ],
)
def test_an_address_of_another_kind_is_refused_without_being_shown(url, sentence):
    with pytest.raises(BadInput, match=sentence) as raised:
        parse_address(url)
    assert "thesecret" not in str(raised.value)


@pytest.mark.parametrize(
    ("password_hash", "scheme"),
    [
        (BCRYPT, "bcrypt"),
        (BCRYPT.replace("2b", "2y"), "bcrypt"),
        (SCRYPT, "scrypt"),
        (PBKDF2, "pbkdf2_sha512"),
        (SHA512, "sha512_crypt"),
        (BCRYPT_SHA256, "bcrypt_sha256"),
        ("$1$abc$def", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_hash_is_told_by_its_scheme(password_hash, scheme):
    assert scheme_of(password_hash) == scheme


@pytest.mark.parametrize("password_hash", [BCRYPT, SCRYPT, PBKDF2, SHA512, BCRYPT_SHA256])
def test_a_hash_of_a_known_scheme_is_masked_by_its_look(password_hash):
    assert mask(f"row {password_hash} end") == f"row {MASK} end"


@pytest.mark.parametrize(
    ("scheme", "microversion", "readable"),
    [
        ("bcrypt", "2.60", True),
        ("scrypt", "2.103", True),
        ("pbkdf2_sha512", "", True),
        ("sha512_crypt", "2.95", True),
        ("sha512_crypt", "2.96", True),
        ("sha512_crypt", "2.99", False),
        ("sha512_crypt", "2.103", False),
        ("sha512_crypt", "", None),
        ("bcrypt_sha256", "2.60", False),
        ("unknown", "2.60", False),
    ],
)
def test_which_release_reads_which_scheme(scheme, microversion, readable):
    assert readable_by(scheme, microversion) is readable
