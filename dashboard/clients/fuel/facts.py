"""What an environment says about the cloud in it: where it is, and as whom to log in.

Read from the deployment facts that Fuel writes to its nodes (their astute.yaml). They are full of
passwords: nothing of them is kept, and every password that Pumphouse uses is registered.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from dashboard.clients.cloud_access import CloudAccess
from dashboard.errors import NeedsOperator
from dashboard.secrets import register

Json = Mapping[str, Any]

KEYSTONE_PORT = 5000
KEYSTONE_ADMIN_PORT = 35357
MYSQL_PORT = 3306
NEEDED = ("access", "keystone", "network_metadata", "public_ssl")


@dataclass(frozen=True, kw_only=True)
class CloudFacts:
    """The cloud of one environment. The repr shows no secret.

    ``auth_url`` is Keystone v3 at the public address; ``keystone_connection`` the address of the
    Keystone database at the management address, ``urls`` what people open. ``hosts`` are all the
    names and addresses that the cloud's Keystone answers at.
    """

    auth_url: str
    hosts: frozenset[str]
    username: str
    password: str = field(repr=False)
    tenant: str
    region_name: str
    keystone_connection: str = field(repr=False)
    urls: Mapping[str, str]

    @property
    def uses_tls(self) -> bool:
        """Whether the public endpoints speak https."""
        return self.auth_url.startswith("https:")

    def is_at(self, auth_url: str) -> bool:
        """Return whether that is an address of this cloud's Keystone: any host, either port."""
        asked, own = urlsplit(auth_url), urlsplit(self.auth_url)
        return asked.hostname in self.hosts and asked.port in (own.port, KEYSTONE_ADMIN_PORT)

    def access(self, name: str, *, environment: str, verify: bool | str = True) -> CloudAccess:
        """Return the login of a cloud of that name; ``verify`` as in CloudAccess.

        The certificate that Fuel makes by itself is signed by no CA: ``verify`` is then the path
        of it, from /var/lib/fuel/keys/<id>/public_haproxy on the master.
        """
        return CloudAccess(
            name=name,
            auth={
                "auth_url": self.auth_url,
                "username": self.username,
                "password": self.password,
                "project_name": self.tenant,
                "user_domain_id": "default",
                "project_domain_id": "default",
            },
            region_name=self.region_name,
            verify=verify,
            keystone_connection=self.keystone_connection,
            environment=environment,
            urls=self.urls,
        )


def read_facts(nodes: Iterable[Json], *, environment: str) -> CloudFacts:
    """Read the facts of any node of an environment. Raises NeedsOperator when they lack something.

    Beside what Fuel always sets, the overrides of its own manifests hold: ``region``, and in
    ``keystone`` ``db_host``, ``db_name``, ``db_user``; ``public_port`` and ``db_port`` there are
    for clouds whose ports were moved.
    """
    for facts in nodes:
        if all(key in facts for key in NEEDED) and _vip(facts, "public"):
            return _read(facts)
    raise NeedsOperator(
        f"Fuel does not know yet where the cloud of environment {environment} is.",
        fix="Deploy the environment: it has an address once it has a controller.",
    )


def _read(facts: Json) -> CloudFacts:
    access, keystone, tls = facts["access"], facts["keystone"], facts["public_ssl"]
    register(access["password"])
    host = tls["hostname"].lower() if tls["services"] else _vip(facts, "public")
    port = keystone.get("public_port", KEYSTONE_PORT)
    horizon_host = tls["hostname"] if tls["horizon"] else _vip(facts, "public")
    return CloudFacts(
        auth_url=f"{_scheme(tls['services'])}://{host}:{port}/v3",
        hosts=frozenset({host, _vip(facts, "public"), _vip(facts, "management")}),
        username=access["user"],
        password=access["password"],
        tenant=access["tenant"],
        region_name=facts.get("region") or "RegionOne",
        keystone_connection=_database(facts, keystone),
        urls={"horizon": f"{_scheme(tls['horizon'])}://{horizon_host}/horizon"},
    )


def _database(facts: Json, keystone: Json) -> str:
    password = keystone["db_password"]
    register(password)
    register(quote(password, safe=""))
    user = quote(keystone.get("db_user", "keystone"), safe="")
    host = keystone.get("db_host") or _vip(facts, "management")
    port = keystone.get("db_port", MYSQL_PORT)
    name = keystone.get("db_name", "keystone")
    return f"mysql+pymysql://{user}:{quote(password, safe='')}@{host}:{port}/{name}"


def _scheme(tls: bool) -> str:
    return "https" if tls else "http"


def _vip(facts: Json, name: str) -> str:
    vips = facts["network_metadata"].get("vips") or {}
    return str((vips.get(name) or {}).get("ipaddr") or "")
