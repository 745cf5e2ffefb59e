"""Moves the port of a switch that a host is plugged into to another VLAN.

By the operator's own command, or by a login to the switch. Both are processes of their own, bounded
in time and without a terminal; ``clients.switch_call`` says why for the login.
"""

import json
import sys
from pathlib import Path
from typing import NamedTuple

from dashboard import secrets
from dashboard.clients.inventory import InventoryHost, SwitchPort
from dashboard.clients.short_process import Ended, run_for
from dashboard.errors import NeedsOperator, Retryable

SECONDS = 90.0
LONGEST_LINE = 300
PROGRAM = Path(__file__).with_name("switch_call.py")


class _Failure(NamedTuple):
    """A way to fail: what it raises, and sentence and fix with places for switch and detail."""

    error: type[NeedsOperator] | type[Retryable]
    sentence: str
    fix: str


_FAILURES = {
    "missing": _Failure(
        NeedsOperator,
        "The package netmiko is not installed, so {switch} cannot be told to move the port.",
        "Install pumphouse[switch] on every machine that runs workers, or set a switch_hook.",
    ),
    "device": _Failure(
        NeedsOperator,
        "netmiko cannot use what inventory.yaml says about {switch} ({detail}).",
        "Correct its keys below pumphouse.switches.",
    ),
    "name": _Failure(
        NeedsOperator,
        "The address of {switch} cannot be resolved ({detail}).",
        "Correct the key host of the switch in inventory.yaml.",
    ),
    "closed": _Failure(
        Retryable,
        "Nothing listens for logins at {switch}.",
        "Check host and port in inventory.yaml, and that SSH is on in the switch.",
    ),
    "unreachable": _Failure(
        Retryable,
        "{switch} cannot be reached ({detail}).",
        "Check that it runs, its address in inventory.yaml, the route and the firewall.",
    ),
    "silent": _Failure(
        Retryable,
        "{switch} does not answer.",
        "Check that it runs, its address in inventory.yaml and the firewall.",
    ),
    "key": _Failure(
        NeedsOperator,
        "The host key of {switch} is not the one in known_hosts, or none is there.",
        "Compare the key, then add it to the known_hosts of the account that runs the workers: "
        "ssh-keyscan. Or set ssh_strict: false for the switch.",
    ),
    "login": _Failure(
        NeedsOperator,
        "{switch} refused the login of {user}.",
        "Correct username and password of the switch in inventory.yaml.",
    ),
    "secret": _Failure(
        NeedsOperator,
        "{switch} did not let {user} into the privileged mode.",
        "Correct the key secret of the switch in inventory.yaml.",
    ),
    "mode": _Failure(
        NeedsOperator,
        "{switch} did not let {user} change its configuration ({detail}).",
        "Give that user the right to configure, or its secret for the privileged mode.",
    ),
    "frozen": _Failure(
        Retryable,
        "{switch} took the login of {user} and then went silent.",
        "The port may have been moved; check it, and device_type in inventory.yaml.",
    ),
    "command": _Failure(
        NeedsOperator,
        "{switch} refused a command for port {port}: {detail}.",
        "Correct the port and the commands in inventory.yaml; those before it were done.",
    ),
    "protocol": _Failure(
        NeedsOperator,
        "There is no SSH session with {switch} ({detail}).",
        "Try ssh by hand from here; old switches need an older method to be allowed.",
    ),
    "other": _Failure(
        NeedsOperator,
        "{switch} could not be told to move port {port} ({detail}).",
        "Try it by hand from here, or set a switch_hook.",
    ),
}


def move_port(host: InventoryHost, *, mac: str, vlan: int, seconds: float = SECONDS) -> str:
    """Move the port of the host to a VLAN, and return a sentence of what was done.

    It may be called again. Ends within ``seconds``. Raises ``NeedsOperator`` when command or
    switch say no, ``Retryable`` when a switch cannot be reached, or time runs out.
    """
    if host.switch_hook:
        return _by_command(host, mac=mac, vlan=vlan, seconds=seconds)
    if host.switch_port:
        _by_login(host.switch_port, vlan=vlan, seconds=seconds)
        return f"Moved port {host.switch_port.port} of {host.name} to VLAN {vlan}."
    return (
        f"Left the switch port of {host.name} as it is: "
        "inventory.yaml has neither a switch_hook nor a switch for it."
    )


def _by_command(host: InventoryHost, *, mac: str, vlan: int, seconds: float) -> str:
    program = host.switch_hook[0]
    arguments = [*host.switch_hook, host.name, mac, str(vlan)]
    try:
        ended = run_for(arguments, seconds=seconds, with_errors=True)
    except OSError as error:
        raise NeedsOperator(
            f"The switch hook {program} cannot be started ({error.strerror}).",
            fix="Correct switch_hook in inventory.yaml, and allow the workers' account to run it.",
        ) from None
    _require_success(ended, program=program, seconds=seconds)
    said = _last_line(ended.output)
    return f"Ran the switch hook {program} for {host.name}{f': {said}' if said else '.'}"


def _require_success(ended: Ended, *, program: str, seconds: float) -> None:
    said = _last_line(ended.output) or "it wrote nothing"
    if ended.code is None:
        raise Retryable(
            f"The switch hook {program} was not over after {seconds:.0f} s ({said}).",
            fix="It was ended. Check the switch; the command must not wait for input.",
        )
    if ended.code:
        raise NeedsOperator(
            f"The switch hook {program} ended with exit code {ended.code}: {said}",
            fix="Run it by hand with the same arguments, fix what it reports, then retry.",
        )


def _last_line(output: str) -> str:
    lines = secrets.mask(output).split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")[:LONGEST_LINE]


def _by_login(port: SwitchPort, *, vlan: int, seconds: float) -> None:
    commands = [command.format(port=port.port, vlan=vlan) for command in port.commands]
    ended = run_for(
        # -P keeps the folder of this module, with its openstack.py, out of the path of imports
        [sys.executable, "-P", str(PROGRAM)],
        given=json.dumps({"device": dict(port.device), "commands": commands}, default=str),
        seconds=seconds,
    )
    if ended.code is None:
        raise _failed(port, {"failure": "frozen"})
    answer = json.loads(ended.output or '{"failure": "other", "detail": "the process crashed"}')
    if answer["failure"]:
        raise _failed(port, answer)


def _failed(port: SwitchPort, answer: dict[str, str]) -> NeedsOperator | Retryable:
    failure, device = _FAILURES[answer["failure"]], port.device
    sentence = failure.sentence.format(
        switch=f"The switch {device['host']}",
        user=device.get("username", "its account"),
        port=port.port,
        detail=_last_line(answer.get("detail", "")).rstrip("."),
    )
    return failure.error(sentence.replace(" The switch", " the switch"), fix=failure.fix)
