"""Entries of a clouds.yaml as openstacksdk understands them."""

from pathlib import Path
from typing import Any

import yaml

Json = dict[str, Any]

LOGIN: Json = {
    "auth_url": "https://cloud.example:5000/v3",
    "username": "admin",
    "password": "secret-password",
    "project_name": "admin",
}


def entry(*without: str, auth: Json | None = None, **options: Any) -> Json:
    """Return an entry with a login by password, changed as a case wants it."""
    login = {key: value for key, value in LOGIN.items() if key not in without}
    return {"auth": {**login, **(auth or {})}, **options}


VENDORS = {
    "public-clouds": {
        "ours": {
            "auth": {"auth_url": "https://ours.example/v3"},
            "regions": ["north", "south"],
            "block_storage_endpoint_override": "https://{region_name}.ours.example/volume",
            "interface": "internal",
        }
    }
}

TWO_REGIONS = [
    {"name": "north", "values": {"interface": "internal", "verify": False}},
    {"name": "south", "values": {"auth": {"username": "southerner"}}},
]

PLAIN = {
    "password": entry(),
    "domains in auth": entry(auth={"user_domain_name": "Ops", "project_domain_id": "d1"}),
    "domains beside auth": entry(user_domain_name="Corp", project_domain_name="Corp"),
    "one domain for both in auth": entry(auth={"domain_id": "ops"}),
    "one domain for both beside auth": entry(domain_name="Ops"),
    "a default domain": entry(auth={"default_domain_id": "d7"}),
    "the default domain of the client": entry(default_domain="d8"),
    "a project beside auth": entry("project_name", project_id="0123"),
    "ids instead of names": entry(
        "username", "project_name", auth={"user_id": "u1", "project_id": "p1"}
    ),
    "the tenant of old": entry("project_name", auth={"tenant_name": "old"}),
    "the tenant's id of old": entry("project_name", auth={"tenant_id": "0815"}),
    "scoped to a domain": entry("project_name", auth={"domain_id": "default"}),
    "scoped to the system": entry("project_name", auth={"system_scope": "all"}),
    "a trust": entry("project_name", auth={"trust_id": "t1"}),
    "v3password": entry(auth_type="v3password", auth={"user_domain_id": "default"}),
    "an application credential": {
        "auth_type": "v3applicationcredential",
        "auth": {
            "auth_url": "https://cloud.example/identity",
            "application_credential_id": "a1",
            "application_credential_secret": "secret-credential",
        },
    },
    "a token": entry("username", "password", auth_type="token", auth={"token": "secret-token"}),
    "a token of version 3": entry(
        *("username", "password"),
        auth_type="v3token",
        auth={"token": "secret-token", "project_domain_id": "default"},
    ),
    "a one-time password": entry("password", auth_type="v3totp", auth={"passcode": "0123"}),
    "a login beside auth": {"auth": {"auth_url": "https://cloud.example/v3"}, **LOGIN},
    "a region": entry(region_name="one"),
    "regions": entry(regions=["east", "west"]),
    "regions and a region": entry(regions=["east", "west"], region_name="west"),
    "regions with values": entry(regions=TWO_REGIONS),
    "regions in a comma list": entry(region_name="east,west"),
    "an interface": entry(interface="internal"),
    "the interface of old": entry(endpoint_type="adminURL"),
    "interfaces in their order": entry(interface=["internal", "public"]),
    "interfaces of services": entry(volume_interface="internal", image_endpoint_type="adminURL"),
    "insecure": entry(insecure=True),
    "no verify": entry(verify=False),
    "insecure goes before verify": entry(insecure=True, verify=True),
    "insecure goes before cacert": entry(insecure=True, cacert="ca.pem"),
    "a CA bundle": entry(cacert="ca.pem"),
    "a CA bundle as verify": entry(verify="ca.pem"),
    "a client certificate": entry(cert="client.pem", key="client.key"),
    "a client certificate with its key in it": entry(cert="client.pem"),
    "addresses of services": entry(
        compute_endpoint_override="https://nova.example/v2.1",
        volumev3_endpoint_override="https://cinder.example/v3/%(project_id)s",
        image_endpoint="https://glance.example",
    ),
    "an address with its region in it": entry(
        region_name="west", network_endpoint_override="https://{region_name}.neutron.example/"
    ),
    "versions of services": entry(
        identity_api_version="3",
        compute_api_version="2.1",
        volume_api_version=2,
        image_api_version=2,
        network_api_version="2.0",
    ),
    "types and names of services": entry(
        block_storage_service_type="volumev2", compute_service_name="nova-cells"
    ),
    "limits": entry(rate_limit={"compute": 5, "volume": 0.5}, concurrency={"image": 2}),
    "a timeout": entry(api_timeout=30),
    "retries": entry(compute_connect_retries=4, status_code_retries=3),
    "IPv4 only": entry(force_ipv4=True),
    "Keystone in a region of its own": entry(region_name="west", identity_region_name="global"),
    "hyphens": {"auth": {**LOGIN, "user-domain-name": "Ops"}, "region-name": "one"},
    "a profile of openstacksdk": entry("auth_url", profile="otc"),
    "a profile with its region chosen": entry("auth_url", profile="citycloud", region_name="Sto2"),
    "a profile by its old key": entry("auth_url", cloud="zetta"),
    "a profile of the vendor file": entry("auth_url", profile="ours", region_name="south"),
    "an entry goes before its profile": entry(profile="otc", interface="admin"),
    "a profile that nobody has": entry(profile="nobodys"),
}


def kept(folder: Path, values: Json, name: str = "clouds.yaml") -> Path:
    path = folder / name
    path.write_text(yaml.safe_dump({"clouds": {"old": values}}, sort_keys=False))
    return path
