"""The Fuel master that is configured, and which of its environments a cloud lives in."""

import os
import time
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from dashboard.clients.cloud_access import CloudAccess
from dashboard.clients.cloud_files import read_cloud, read_settings
from dashboard.clients.fuel.endpoint import FuelEndpoint, moved, read_astute, read_credentials
from dashboard.clients.fuel.facts import CloudFacts
from dashboard.clients.fuel.master import FuelMaster
from dashboard.clients.fuel.objects import Environment
from dashboard.errors import BadInput, NeedsOperator, NotFound
from dashboard.hosts_app.models import Cloud

# Fuel takes seconds to make the facts of a node, and each step of a job asks for them.
FACTS_SECONDS = 300
# What Fuel makes for the public endpoints of an environment, in its folder of keys.
CLOUD_CERTIFICATE = "{id}/public_haproxy/public_haproxy.crt"


def is_fuel_configured() -> bool:
    """Return whether something names a Fuel master; whether it answers is not asked."""
    try:
        return _endpoint() is not None
    except BadInput:
        return True  # ``configured_fuel`` says what is wrong with it


def configured_fuel() -> FuelMaster:
    """Return the Fuel master. Raises ``BadInput`` when none is configured, or wrongly."""
    return FuelMaster(configured_endpoint())


def fuel_at(address: str) -> FuelMaster:
    """Return the configured Fuel master. Raises ``BadInput`` when it is not that at the address."""
    fuel = configured_fuel()
    if fuel.address != address:
        raise BadInput(
            f"The environment is in Fuel at {address}; configured is {fuel.address}.",
            fix="Configure that Fuel master again.",
        )
    return fuel


def configured_endpoint() -> FuelEndpoint:
    """Return where the Fuel master is and as whom. Raises ``BadInput`` when none is configured."""
    endpoint = _endpoint()
    if endpoint is None:
        raise BadInput(
            "No Fuel master is configured.",
            fix="Write its address and login below fuel in a config.yaml, name them in "
            f"PUMPHOUSE_FUEL_URL, or let this account read {settings.PUMPHOUSE_ASTUTE}.",
        )
    return endpoint


def environment_of(cloud: Cloud) -> Environment:
    """Ask Fuel for the environment that a cloud lives in.

    For a cloud of a file it is the one that the file names, else the one that discovery found it
    to be in, else the one whose Keystone has its address. Raises ``NotFound`` when there is none,
    ``BadInput`` when no Fuel master is configured or another one than the cloud's.
    """
    fuel = configured_fuel()
    if cloud.origin == Cloud.Origin.FUEL:
        return fuel.environment(_id_in(fuel, cloud))
    environments = {environment.name: environment for environment in fuel.environments()}
    if named := environments.get(environment_in_file(cloud)):
        return named
    if cloud.environment and cloud.environment.fuel == fuel.address:
        return fuel.environment(cloud.environment.environment_id)
    for environment in environments.values():
        if _has_cloud_at(fuel, environment, cloud.auth_url):
            return environment
    raise NotFound(
        f"Cloud {cloud.name} is in none of the environments of Fuel at {fuel.address}.",
        fix="If it is in one, write the environment's name at the cloud, as environment: NAME.",
    )


def environment_in_file(cloud: Cloud) -> str:
    """Return the name of the environment that a file writes at its cloud, "" for none."""
    return read_cloud(Path(cloud.location), cloud.section).environment or ""


def access_in_fuel(cloud: Cloud) -> CloudAccess:
    """Ask Fuel how to log in to the cloud of an environment; known for five minutes then.

    Raises ``NeedsOperator`` when the environment is not deployed, ``NotFound`` when it is gone.
    """
    endpoint = configured_endpoint()
    environment_id = _id_in(FuelMaster(endpoint), cloud)
    period = int(time.monotonic() // FACTS_SECONDS)
    return _facts(endpoint, environment_id, period).access(
        cloud.name,
        environment=cloud.environment.name if cloud.environment else "",
        verify=_verify(endpoint, environment_id),
    )


@lru_cache(maxsize=64)
def _facts(endpoint: FuelEndpoint, environment_id: int, period: int) -> CloudFacts:
    return FuelMaster(endpoint).cloud_facts(environment_id)


def _verify(endpoint: FuelEndpoint, environment_id: int) -> bool | str:
    """Return the CA for an environment: as configured, else Fuel's own where it can be read."""
    certificate = Path(settings.PUMPHOUSE_FUEL_KEYS, CLOUD_CERTIFICATE.format(id=environment_id))
    if endpoint.clouds_verify is True and os.access(certificate, os.R_OK):
        return str(certificate)
    return endpoint.clouds_verify


def _id_in(fuel: FuelMaster, cloud: Cloud) -> int:
    if cloud.location != fuel.address:
        raise BadInput(
            f"Cloud {cloud.name} is in Fuel at {cloud.location}; configured is {fuel.address}.",
            fix="Configure that Fuel master again, or use the clouds of the other one.",
        )
    return int(cloud.section)


def _has_cloud_at(fuel: FuelMaster, environment: Environment, auth_url: str) -> bool:
    try:
        return fuel.cloud_facts(environment.id).is_at(auth_url)
    except NeedsOperator:
        return False  # it is not deployed yet


def _endpoint() -> FuelEndpoint | None:
    """Look at the environment, then at the configuration, then whether this is a Fuel master."""
    if settings.PUMPHOUSE_FUEL_URL:
        return _endpoint_at(settings.PUMPHOUSE_FUEL_URL)
    if settings.PUMPHOUSE_CONFIG and (fuel := read_settings(Path(settings.PUMPHOUSE_CONFIG)).fuel):
        return fuel
    return _own_endpoint()


def _endpoint_at(url: str) -> FuelEndpoint:
    if settings.PUMPHOUSE_FUEL_CREDENTIALS:
        return read_credentials(Path(settings.PUMPHOUSE_FUEL_CREDENTIALS), url=url)
    if (own := _own_endpoint()) is None:
        raise BadInput(
            "PUMPHOUSE_FUEL_URL names a Fuel master, and nothing says how to log in to it.",
            fix="Name a file with username and password in PUMPHOUSE_FUEL_CREDENTIALS.",
        )
    return moved(own, url=url)


def _own_endpoint() -> FuelEndpoint | None:
    """Return the endpoint of the Fuel master that this is, None when it is none or not ours."""
    if not os.access(settings.PUMPHOUSE_ASTUTE, os.R_OK):
        return None
    return read_astute(Path(settings.PUMPHOUSE_ASTUTE), keys=Path(settings.PUMPHOUSE_FUEL_KEYS))
