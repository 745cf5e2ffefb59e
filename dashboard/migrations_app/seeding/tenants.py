"""Creates test tenants."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from dashboard.clients.openstack import CloudSession, Json
from dashboard.errors import NeedsOperator
from dashboard.migrations_app.seeding import images, servers, users
from dashboard.migrations_app.seeding.context import SeedContext, SeedCounts
from dashboard.migrations_app.seeding.network import (
    NetworkIds,
    create_floating_ip,
    create_forwarding,
    create_network,
    create_port,
    create_trunk,
)
from dashboard.migrations_app.seeding.network_policies import create_policies
from dashboard.migrations_app.seeding.workloads import wanted_tenants


def seed_tenants(
    operator: CloudSession,
    *,
    counts: SeedCounts,
    secrets_dir: Path,
    report: Callable[[str], None],
    workloads: Mapping[str, Any] | None = None,
) -> list[Json]:
    """Create test tenants and return of each its name, id, users, servers and addresses.

    Passwords and keys go to one file per tenant in ``secrets_dir``. ``report`` takes a sentence
    about each step. ``workloads`` may name the tenants.
    """
    wanted = wanted_tenants(workloads or {}, counts)
    return [
        seed_tenant(operator, name, counts=each, secrets_dir=secrets_dir, report=report)
        for name, each in wanted.items()
    ]


def seed_tenant(
    operator: CloudSession,
    name: str,
    *,
    counts: SeedCounts,
    secrets_dir: Path,
    report: Callable[[str], None],
) -> Json:
    """Create one test tenant; all but its name as ``seed_tenants``.

    Raises ``NeedsOperator`` for a cloud with old APIs alone.
    """
    require_todays_apis(operator)
    report(f"Create tenant {name} with its users")
    project_id = users.create_project(operator, name)
    created = users.create_users(operator, name, project_id)
    users.create_group(operator, f"{name}-team", project_id, created.values())
    owner = created["owner"]
    secrets_file = secrets_dir / f"{name}.json"
    keys = _keys(operator, name, created)
    ec2 = users.create_ec2_keys(operator, user_id=owner.id, project_id=project_id)
    users.write_secrets(secrets_file, users=created, keys=keys, ec2={"owner": ec2})
    seed = SeedContext(
        name=name,
        project_id=project_id,
        operator=operator,
        owner=operator.as_user(owner.id, password=owner.password, project_id=project_id),
        counts=counts,
        report=report,
    )
    return {
        "name": name,
        "id": project_id,
        "users": [user.name for user in created.values()],
        "secrets_file": str(secrets_file),
        **_fill(seed),
    }


def _keys(operator: CloudSession, name: str, created: Mapping[str, Any]) -> dict[str, Any]:
    """Make a key pair for each user: readers have one too, and may not be allowed to make it."""
    return {
        what: users.create_key(operator, f"{name}-{what}", user_id=user.id)
        for what, user in created.items()
    }


def require_todays_apis(operator: CloudSession) -> None:
    """Refuse a cloud that cannot have all that a test tenant has, before anything is made.

    Raises ``NeedsOperator`` for one.
    """
    # first the catalogue: what Keystone speaks is known after a login
    has_network = "network" in operator.service_types
    has = {"Keystone v3": not operator.speaks_only_v2, "Neutron": has_network}
    if lacking := " and no ".join(name for name in has if not has[name]):
        raise NeedsOperator(
            f"Test tenants need Keystone v3 and Neutron, and cloud {operator.name} has no "
            f"{lacking}.",
            fix="Make a tenant there by hand, then move it as any other.",
        )


def _fill(seed: SeedContext) -> Json:
    """Put everything into the tenant, beginning with what takes long."""
    seed.report("Create the flavor, the images and the volumes")
    flavor_id = images.create_flavor(seed)
    system = images.create_image(seed, "system", mebibytes=4)
    data = images.create_image(seed, "data", mebibytes=2)
    attached = [
        servers.create_volume(seed, f"data-{number}", image_id=data)
        for number in range(1, seed.counts.volumes + 1)
    ]
    detached = servers.create_volume(seed, "detached", image_id=data)
    seed.report("Create the network, its router and its groups")
    network = create_network(seed)
    create_policies(seed, network)
    seed.report("Boot the servers")
    made = _boot(seed, network, image_id=system, flavor_id=flavor_id)
    addresses = _finish(seed, network, made=made, attached=attached)
    servers.await_volume(seed, detached, status="available")
    return {
        "servers": [server_id for _, server_id in made],
        "volumes": [*attached, detached],
        "floating_ips": addresses,
    }


def _boot(
    seed: SeedContext, network: NetworkIds, *, image_id: str, flavor_id: str
) -> list[tuple[str, str]]:
    """Begin to boot all servers and return the port and the id of each."""
    made = []
    for number in range(1, seed.counts.servers + 1):
        port_id = create_port(seed, network, number=number)
        if number == seed.counts.servers > 1:
            create_trunk(seed, network, port_id=port_id)
        server_id = servers.create_server(
            seed,
            number,
            image_id=image_id,
            flavor_id=flavor_id,
            port_id=port_id,
            key=seed.named("owner"),
        )
        made.append((port_id, server_id))
    return made


def _finish(
    seed: SeedContext,
    network: NetworkIds,
    *,
    made: list[tuple[str, str]],
    attached: list[str],
) -> list[str]:
    """Connect the first server to an address and the volumes, and return the addresses.

    The last one of several is stopped and locked.
    """
    for _, server_id in made:
        servers.await_server(seed, server_id, status="ACTIVE")
    if not made:
        return []
    port_id, first = made[0]
    address = create_floating_ip(seed, network, port_id=port_id)
    seed.report("Attach the volumes")
    for volume_id in attached:
        servers.await_volume(seed, volume_id, status="available")
        servers.attach(seed, server_id=first, volume_id=volume_id)
    if len(made) == 1:
        return [address]
    last_port_id, last = made[-1]
    servers.stop(seed, server_id=last)
    servers.lock(seed, server_id=last)
    return [address, *create_forwarding(seed, network, port_id=last_port_id)]
