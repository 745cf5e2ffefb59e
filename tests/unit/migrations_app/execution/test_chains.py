"""A server is halted when all that its move needs is there, and goes through with its volumes."""

from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.states import Phase
from dashboard.migrations_app.execution.chains import chained


def step(key: str, *needs: str, phase: Phase = Phase.CUTOVER) -> StepSpec:
    group, _, action = key.split(":")
    return StepSpec(
        key=key, action=action, title=key, group=group, phase=phase, needs=needs, params={"item": 1}
    )


def moved_server(name: str, *volumes: str) -> list[StepSpec]:
    captures = [step(f"volume:{each}:capture", f"server:{name}:stop") for each in volumes]
    return [
        step(f"server:{name}:stop", f"port:{name}:create"),
        *captures,
        step(f"server:{name}:create", f"server:{name}:stop", *(each.key for each in captures)),
    ]


PORTS = [step(f"port:{name}:create", phase=Phase.PREPARE) for name in "ab"]


def test_a_server_and_its_volumes_are_a_chain():
    steps = chained([*PORTS, *moved_server("a", "1", "2"), *moved_server("b")])
    chains = {each.key: each.chain for each in steps}
    assert len({chain for key, chain in chains.items() if "port" not in key}) == 2
    assert chains["server:a:stop"] == chains["volume:2:capture"] == chains["server:a:create"] != ""
    assert [each.key for each in steps if each.opens_chain] == ["server:a:stop", "server:b:stop"]
    assert chains["port:a:create"] == ""


def test_servers_that_share_a_volume_are_in_one_chain():
    shared = step("volume:1:capture", "server:a:stop", "server:b:stop")
    steps = chained([*PORTS, *moved_server("a"), *moved_server("b"), shared])
    assert len({each.chain for each in steps if each.group != "port"}) == 1


def test_it_is_halted_once_all_that_its_chain_needs_is_there():
    person = step("user:ann:create", phase=Phase.PREPARE)
    volume = step("volume:1:create", "volume:1:capture", "user:ann:create")
    steps = chained([person, *PORTS, *moved_server("a", "1"), volume])
    halt = next(each for each in steps if each.opens_chain)
    assert [*halt.needs] == ["port:a:create"]
    assert [*halt.after] == ["user:ann:create"]


def test_what_only_waits_for_a_server_is_in_no_chain():
    address = step("floating_ip:1:disassociate", "server:a:stop")
    gateway = step("router:1:detach_gateway", "floating_ip:1:disassociate")
    steps = chained([*PORTS, *moved_server("a"), address, gateway])
    assert [each.chain for each in steps[-2:]] == ["", ""]
