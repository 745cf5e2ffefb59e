"""The configured Fuel master, and which of its environments a cloud is in."""

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

# Fuel takes seconds to compute the facts of a node, and each step of a job reads them.
FACTS_SECONDS = 300
# The certificate of an environment's public endpoints, in Fuel's folder of keys.
CLOUD_CERTIFICATE = "{id}/public_haproxy/public_haproxy.crt"


def is_fuel_configured() -> bool:
    """Return whether a Fuel master is configured, without calling it."""
    try:
        return _endpoint() is not None
    except BadInput:
        return True  # ``configured_fuel`` raises the error


def configured_fuel() -> FuelMaster:
    """Return the Fuel master. Raises ``BadInput`` if none is configured, or wrongly."""
    return FuelMaster(configured_endpoint())


def fuel_at(address: str) -> FuelMaster:
    """Return the configured Fuel master. Raises ``BadInput`` if it has another address."""
    fuel = configured_fuel()
    if fuel.address != address:
        raise BadInput(
            f"The environment is in Fuel at {address}, but {fuel.address} is configured.",
            fix="Configure that Fuel master again.",
        )
    return fuel


def configured_endpoint() -> FuelEndpoint:
    """Return the Fuel master's address and login. Raises ``BadInput`` if none is configured."""
    endpoint = _endpoint()
    if endpoint is None:
        raise BadInput(
            "No Fuel master is configured.",
            fix="Set its address and login under fuel in config.yaml or with PUMPHOUSE_FUEL_URL, "
            f"or let this account read {settings.PUMPHOUSE_ASTUTE}.",
        )
    return endpoint


def environment_of(cloud: Cloud) -> Environment:
    """Read the environment that a cloud is in from Fuel.

    For a cloud of a file it is the one that the file names, else the one that discovery found,
    else the one whose Keystone has its address. Raises ``NotFound`` if there is none, ``BadInput``
    if no Fuel master or another one than the cloud's is configured.
    """
    fuel = configured_fuel()
    if cloud.origin == Cloud.Origin.FUEL:
        return fuel.environment(_id_in(fuel, cloud))
    environments = {environment.name: environment for environment in fuel.environments()}
    if named := environments.get(environment_in_file(cloud)):
        return named
    if cloud.environment and cloud.environment.fuel == fuel.address:
        return fuel.environment(cloud.environment.environment_id)
    endpoint = configured_endpoint()
    for environment in environments.values():
        if _has_cloud_at(endpoint, environment, cloud.auth_url):
            return environment
    raise NotFound(
        f"Cloud {cloud.name} is in none of the environments of Fuel at {fuel.address}.",
        fix="If it is in one, add environment: NAME to the cloud in its file.",
    )


def environment_in_file(cloud: Cloud) -> str:
    """Return the name of the environment that a cloud's file gives it, "" for none."""
    return read_cloud(Path(cloud.location), cloud.section).environment or ""


def access_in_fuel(cloud: Cloud) -> CloudAccess:
    """Read from Fuel how to log in to the cloud of an environment; cached for five minutes.

    Raises ``NeedsOperator`` if the environment is not deployed, ``NotFound`` if it is gone.
    """
    endpoint = configured_endpoint()
    environment_id = _id_in(FuelMaster(endpoint), cloud)
    return _facts_now(endpoint, environment_id).access(
        cloud.name,
        environment=cloud.environment.name if cloud.environment else "",
        verify=_verify(endpoint, environment_id),
    )


def _facts_now(endpoint: FuelEndpoint, environment_id: int) -> CloudFacts:
    return _facts(endpoint, environment_id, int(time.monotonic() // FACTS_SECONDS))


@lru_cache(maxsize=64)
def _facts(endpoint: FuelEndpoint, environment_id: int, period: int) -> CloudFacts:
    return FuelMaster(endpoint).cloud_facts(environment_id)


def _verify(endpoint: FuelEndpoint, environment_id: int) -> bool | str:
    """Return the CA for an environment: the configured one, else Fuel's own if readable."""
    certificate = Path(settings.PUMPHOUSE_FUEL_KEYS, CLOUD_CERTIFICATE.format(id=environment_id))
    if endpoint.clouds_verify is True and os.access(certificate, os.R_OK):
        return str(certificate)
    return endpoint.clouds_verify


def _id_in(fuel: FuelMaster, cloud: Cloud) -> int:
    if cloud.location != fuel.address:
        raise BadInput(
            f"Cloud {cloud.name} is in Fuel at {cloud.location}, but {fuel.address} is configured.",
            fix="Configure that Fuel master again, or use the clouds of the other one.",
        )
    return int(cloud.section)


def _has_cloud_at(endpoint: FuelEndpoint, environment: Environment, auth_url: str) -> bool:
    try:
        return _facts_now(endpoint, environment.id).is_at(auth_url)
    except NeedsOperator:
        return False  # it is not deployed yet


def _endpoint() -> FuelEndpoint | None:
    """Return the endpoint by environment variables, by config.yaml, or of this Fuel master."""
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
            "PUMPHOUSE_FUEL_URL names a Fuel master, but there are no credentials for it.",
            fix="Set PUMPHOUSE_FUEL_CREDENTIALS to a file with username and password.",
        )
    return moved(own, url=url)


def _own_endpoint() -> FuelEndpoint | None:
    """Return the endpoint if this machine is a Fuel master that we may read, else None."""
    if not os.access(settings.PUMPHOUSE_ASTUTE, os.R_OK):
        return None
    return read_astute(Path(settings.PUMPHOUSE_ASTUTE), keys=Path(settings.PUMPHOUSE_FUEL_KEYS))
