"""The Fuel master that is configured, and which of its environments a cloud lives in."""

from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from dashboard.clients.cloud_files import read_cloud, read_settings
from dashboard.clients.fuel import FuelMaster
from dashboard.clients.fuel_endpoint import FuelEndpoint
from dashboard.clients.fuel_objects import Environment
from dashboard.errors import BadInput, NeedsOperator, NotFound
from dashboard.hosts_app.models import Cloud


def is_fuel_configured() -> bool:
    """Say whether something names a Fuel master; whether it answers is not asked."""
    try:
        return _endpoint() is not None
    except BadInput:
        return True  # ``configured_fuel`` says what is wrong with it


def configured_fuel() -> FuelMaster:
    """Give the Fuel master. Raises ``BadInput`` when none is configured, or wrongly."""
    endpoint = _endpoint()
    if endpoint is None:
        raise BadInput(
            "No Fuel master is configured.",
            fix="Write its address and login below fuel in the config.yaml.",
        )
    return FuelMaster(endpoint)


def environment_of(cloud: Cloud) -> Environment:
    """Ask Fuel for the environment that a cloud lives in.

    Raises ``NotFound`` when it lives in none, ``BadInput`` when no Fuel master is configured.
    """
    fuel = configured_fuel()
    if cloud.origin == Cloud.Origin.FUEL:
        return fuel.environment(int(cloud.section))
    if name := read_cloud(Path(cloud.location), cloud.section).environment:
        return fuel.environment_named(name)
    for environment in fuel.environments():
        if _host(cloud.auth_url) in _hosts(fuel, environment):
            return environment
    raise NotFound(
        f"Cloud {cloud.name} is in none of the environments of Fuel at {fuel.address}.",
        fix="If it is in one, write the environment's name at the cloud, as environment: NAME.",
    )


def _hosts(fuel: FuelMaster, environment: Environment) -> set[str]:
    try:
        return {_host(fuel.cloud_facts(environment.id).auth_url)}
    except NeedsOperator:
        return set()  # it was not deployed yet


def _host(address: str) -> str:
    return urlsplit(address).hostname or ""


def _endpoint() -> FuelEndpoint | None:
    if not settings.PUMPHOUSE_CONFIG:
        return None
    return read_settings(Path(settings.PUMPHOUSE_CONFIG)).fuel
