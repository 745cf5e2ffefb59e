"""What Pumphouse cannot honour in a clouds.yaml is refused by name."""

import pytest

from dashboard.clients.cloud_files import read_clouds
from dashboard.errors import BadInput
from tests.support.sdk_clouds import Json, entry, kept

REFUSED: dict[str, tuple[Json, str, str]] = {
    "a profile by address": (
        entry("auth_url", profile="https://vexxhost.com"),
        "(clouds.old.profile)",
        "not fetched",
    ),
    "a profile that is kept at an address": (
        entry("auth_url", profile="vexxhost"),
        "(clouds.old.profile)",
        "The profile vexxhost would be fetched",
    ),
    "a profile that there is not": (
        entry("auth_url", profile="nobodys"),
        "(clouds.old.profile)",
        "There is no profile nobodys.",
    ),
    "no address": (entry("auth_url"), "(clouds.old.auth)", "The key auth_url is missing."),
    "no login at all": ({"region_name": "one"}, "(clouds.old)", "The key auth_url is missing."),
    "no account": (
        {"auth_type": "none", "auth": {"endpoint": "https://cloud.example"}},
        "(clouds.old.auth_type)",
        "Pumphouse needs an account in Keystone.",
    ),
    "a token of Keystone's version 2": (
        entry("username", "password", "project_name", auth_type="v2token", auth={"token": "t"}),
        "(clouds.old.auth_type)",
        "version 2.0 of Keystone's API by a password.",
    ),
    "version 2 by its key": (
        entry(identity_api_version="2.0"),
        "(clouds.old.identity_api_version)",
        "Pumphouse speaks version 3 of identity",
    ),
    "an auth_type that there is not": (
        entry(auth_type="v3passwort"),
        "(clouds.old.auth_type)",
        "There is no such auth_type.",
    ),
    "a key that the login does not take": (
        entry(auth={"realm": "corp"}),
        "(clouds.old.auth.realm)",
        "The auth_type does not take realm.",
    ),
    "a microversion": (
        entry(compute_api_version="2.72"),
        "(clouds.old.compute_api_version)",
        "Pumphouse speaks version 2 of compute",
    ),
    "a microversion by its key": (
        entry(volumev3_default_microversion="3.50"),
        "(clouds.old.volumev3_default_microversion)",
        "Pumphouse chooses the microversion",
    ),
    "Glance's first version": (
        entry(image_api_version=1),
        "(clouds.old.image_api_version)",
        "version 2 of image",
    ),
    "a service in another region": (
        entry(region_name="west", network_region_name="east"),
        "(clouds.old.network_region_name)",
        "one region for all services",
    ),
    "a cloud without a service that is needed": (
        entry(has_network=False),
        "(clouds.old.has_network)",
        "Pumphouse needs network.",
    ),
    "an interface that there is not": (
        entry(image_interface="private"),
        "(clouds.old.image_interface)",
        "Expected one of public",
    ),
    "an address with a login in it": (
        entry(image_endpoint_override="https://me:hunter22@glance.example"),
        "(clouds.old.image_endpoint_override)",
        "Expected an address",
    ),
    "a CA bundle that is not there": (
        entry(cacert="no.pem"),
        "(clouds.old.cacert)",
        "no.pem does not exist.",
    ),
    "a CA bundle as verify that is not there": (
        entry(verify="no.pem"),
        "(clouds.old.verify)",
        "Expected true or false.",
    ),
    "insecure as openstacksdk would not understand it": (
        entry(insecure="yes"),
        "(clouds.old.insecure)",
        "Expected true or false.",
    ),
    "a limit that is no number": (
        entry(rate_limit={"compute": "fast"}),
        "(clouds.old)",
        "could not convert string to float",
    ),
    "a region without a name": (
        entry(regions=[{"values": {"auth": {"password": "hunter22"}}}]),
        "(clouds.old)",
        "Invalid region entry",
    ),
    "a project without its domain": (
        entry("username", auth_type="v3token", auth={"token": "t"}),
        "(clouds.old.auth)",
        "you must also provide either a project_domain_id",
    ),
    "a timeout that is no number": (entry(api_timeout="soon"), "(clouds.old)", "convert"),
    "a login that somebody must answer": (
        entry(
            "username",
            "password",
            auth_type="v3oidcdeviceauthz",
            auth={
                "identity_provider": "corp",
                "protocol": "openid",
                "client_id": "pumphouse",
                "project_domain_id": "default",
                "discovery_endpoint": "https://idp.example",
                "device_authorization_endpoint": "https://idp.example/device",
            },
        ),
        "(clouds.old.auth_type)",
        "Nobody is there",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_honoured_is_refused_by_name(folder, case):
    values, place, sentence = REFUSED[case]
    path = kept(folder, values)
    with pytest.raises(BadInput) as raised:
        read_clouds(path)
    said = str(raised.value)
    assert said.startswith(f"{path}, line ")
    assert place in said and sentence in said
    assert "hunter22" not in said and "secret" not in said
