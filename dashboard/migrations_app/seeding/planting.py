"""Makes test tenants."""

import secrets as randomness
from collections.abc import Callable
from pathlib import Path

from dashboard.clients.openstack import CloudSession, Json
from dashboard.migrations_app.seeding import images, networking, people, servers
from dashboard.migrations_app.seeding.grounds import PREFIX, Grounds, Numbers


def seed_tenants(
    operator: CloudSession, *, numbers: Numbers, sealed_in: Path, tell: Callable[[str], None]
) -> list[Json]:
    """Make test tenants in a cloud and tell about each: name, id, users, servers and addresses.

    Passwords and keys go to one file a tenant in the directory ``sealed_in``.
    """
    return [
        _seed_tenant(operator, numbers=numbers, sealed_in=sealed_in, tell=tell)
        for _ in range(numbers.tenants)
    ]


def _seed_tenant(
    operator: CloudSession, *, numbers: Numbers, sealed_in: Path, tell: Callable[[str], None]
) -> Json:
    name = f"{PREFIX}demo-{randomness.token_hex(3)}"
    tell(f"Make tenant {name} with its users")
    project_id = people.make_project(operator, name)
    persons = people.make_people(operator, name, project_id)
    clouds = {
        what: operator.as_user(person.id, password=person.password, project_id=project_id)
        for what, person in persons.items()
    }
    sealed = sealed_in / f"{name}.json"
    # Readers may keep keys too: nova lets everybody have their own.
    keys = {what: people.make_key(cloud, f"{name}-{what}") for what, cloud in clouds.items()}
    people.seal(sealed, people=persons, keys=keys)
    grounds = Grounds(
        name=name,
        project_id=project_id,
        operator=operator,
        owner=clouds["owner"],
        numbers=numbers,
        tell=tell,
    )
    return {
        "name": name,
        "id": project_id,
        "users": [person.name for person in persons.values()],
        "sealed_file": str(sealed),
        **_fill(grounds),
    }


def _fill(grounds: Grounds) -> Json:
    """Put everything into the tenant, with the slow things begun first."""
    grounds.tell("Make the flavor, the images and the volumes")
    flavor_id = images.make_flavor(grounds)
    system = images.make_image(grounds, "system", mebibytes=4)
    data = images.make_image(grounds, "data", mebibytes=2)
    attached = [
        servers.make_volume(grounds, f"data-{number}", image_id=data)
        for number in range(1, grounds.numbers.volumes + 1)
    ]
    detached = servers.make_volume(grounds, "detached", image_id=data)
    grounds.tell("Make the network, its router and its groups")
    wires = networking.make_network(grounds)
    grounds.tell("Boot the servers")
    made = _boot(grounds, wires, image_id=system, flavor_id=flavor_id)
    addresses = _finish(grounds, wires, made=made, attached=attached)
    servers.await_volume(grounds, detached, status="available")
    return {
        "servers": [server_id for _, server_id in made],
        "volumes": [*attached, detached],
        "floating_ips": addresses,
    }


def _boot(
    grounds: Grounds, wires: networking.Wires, *, image_id: str, flavor_id: str
) -> list[tuple[str, str]]:
    """Begin to boot all servers, and give the port and the id of each."""
    made = []
    for number in range(1, grounds.numbers.servers + 1):
        port_id = networking.make_port(grounds, wires, number=number)
        server_id = servers.make_server(
            grounds,
            number,
            image_id=image_id,
            flavor_id=flavor_id,
            port_id=port_id,
            key=grounds.named("owner"),
        )
        made.append((port_id, server_id))
    return made


def _finish(
    grounds: Grounds,
    wires: networking.Wires,
    *,
    made: list[tuple[str, str]],
    attached: list[str],
) -> list[str]:
    """Return the first server its address and the volumes, and stop the last of several."""
    for _, server_id in made:
        servers.await_server(grounds, server_id, status="ACTIVE")
    if not made:
        return []
    port_id, first = made[0]
    address = networking.make_floating_ip(grounds, wires, port_id=port_id)
    grounds.tell("Attach the volumes")
    for volume_id in attached:
        servers.await_volume(grounds, volume_id, status="available")
        servers.attach(grounds, server_id=first, volume_id=volume_id)
    if len(made) > 1:
        servers.stop(grounds, server_id=made[-1][1])
    return [address]
