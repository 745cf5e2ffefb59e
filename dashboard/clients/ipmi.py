"""Switches hosts on and off, and chooses what they boot from, through their BMCs (IPMI 2.0).

Every operation is bounded in time and can be called from threads, from workers and after a fork,
since a short process of its own does it: ``clients.ipmi_call`` says why. Each way to fail has its
own sentence.
"""

import json
import math
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from dashboard import secrets
from dashboard.clients.short_process import run_for
from dashboard.errors import NeedsOperator, PumphouseError, Retryable

IPMI_PORT = 623
PROGRAM = Path(__file__).with_name("ipmi_call.py")
# From the call to the answer. pyghmi itself gives up on a silent address after 4.4 to 5.8 s, and
# on a BMC that freezes in a session only after 29 s. Many calls share this machine's processors.
CALL_SECONDS = 9.0
CROWD_SECONDS = 13.0
CROWD = 5
MOST_AT_ONCE = 64
END_SECONDS = 0.8
ASK_AGAIN_SECONDS = 1.0


class PowerState(StrEnum):
    """Whether a host has power, as its BMC says."""

    ON = "on"
    OFF = "off"


class Operation(StrEnum):
    """What a BMC can be asked for."""

    STATUS = "status"
    ON = "on"
    OFF = "off"
    CYCLE = "cycle"
    SOFT_OFF = "soft_off"
    BOOT_FROM_NETWORK = "boot_from_network"


class _Failure(NamedTuple):
    """A way to fail: what it raises, and sentence and fix with places for a BMC and a detail."""

    error: type[NeedsOperator] | type[Retryable]
    sentence: str
    fix: str


_FAILURES = {
    "name": _Failure(
        NeedsOperator,
        "The address {bmc.address} of the BMC of {bmc.name} cannot be resolved ({detail}).",
        "Correct the key host in inventory.yaml.",
    ),
    "closed": _Failure(
        Retryable,
        "Nothing listens for IPMI at {at}, the BMC of {bmc.name}.",
        "Check address and port in inventory.yaml, and switch IPMI over LAN on in the BMC.",
    ),
    "unreachable": _Failure(
        Retryable,
        "The BMC of {bmc.name} at {at} cannot be reached ({detail}).",
        "Check the route and the firewall between this machine and the BMC.",
    ),
    "silent": _Failure(
        Retryable,
        "The BMC of {bmc.name} does not answer at {at}.",
        "Check that it has power and network, the address in inventory.yaml and the firewall.",
    ),
    "frozen": _Failure(
        Retryable,
        "The BMC of {bmc.name} at {at} opened a session and then went silent.",
        "It may have done what it was asked; check the host. Restart the BMC, then retry.",
    ),
    "user": _Failure(
        NeedsOperator,
        "The BMC of {bmc.name} does not know the user {bmc.user}.",
        "Correct the user in inventory.yaml, or allow it IPMI over LAN in the BMC.",
    ),
    "password": _Failure(
        NeedsOperator,
        "The BMC of {bmc.name} refused the password of {bmc.user}.",
        "Correct the password in inventory.yaml.",
    ),
    "privilege": _Failure(
        NeedsOperator,
        "The BMC of {bmc.name} does not let {bmc.user} do this ({detail}).",
        "Give that user the privilege level Operator or Administrator on the LAN channel.",
    ),
    "busy": _Failure(
        Retryable,
        "The BMC of {bmc.name} is busy ({detail}).",
        "Retry in a minute; other IPMI clients may hold all its sessions.",
    ),
    "unknown_command": _Failure(
        NeedsOperator,
        "The BMC of {bmc.name} does not know this command ({detail}).",
        "Do it by hand at the host; a newer firmware of the BMC may know it.",
    ),
    "refused": _Failure(
        NeedsOperator,
        "The BMC of {bmc.name} at {at} refused this ({detail}).",
        "Try the same with ipmitool; check the BMC's own log.",
    ),
    "crashed": _Failure(
        Retryable,
        "The process that asks the BMC of {bmc.name} ended without an answer.",
        "Check that pyghmi is installed and that this machine has memory left.",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Bmc:
    """The management controller of one host; the repr shows no password.

    Every operation ends within 10 s. It raises ``NeedsOperator`` where the BMC says no, and
    ``Retryable`` where there is no answer or the BMC is busy. ``uefi`` asks for UEFI rather than
    legacy boot where the boot device is chosen.
    """

    name: str
    address: str
    port: int = IPMI_PORT
    user: str
    password: str = field(repr=False)
    uefi: bool = False

    def __post_init__(self) -> None:
        secrets.register(self.password)

    def power_status(self) -> PowerState:
        """Return whether the host has power."""
        return self._perform(Operation.STATUS)

    def power_on(self) -> None:
        """Switch the host on, if it is off. The BMC answers before the host is up."""
        self._perform(Operation.ON)

    def power_off(self) -> None:
        """Switch the power off at once. ``wait_until_off`` makes sure of it, for fencing."""
        self._perform(Operation.OFF)

    def power_cycle(self) -> None:
        """Switch the host off and on again; a host that is off is switched on."""
        self._perform(Operation.CYCLE)

    def soft_off(self) -> None:
        """Ask the host's operating system to shut down; it may take its time, or not listen."""
        self._perform(Operation.SOFT_OFF)

    def boot_from_network(self) -> None:
        """Set the next boot, once, to PXE."""
        self._perform(Operation.BOOT_FROM_NETWORK)

    def wait_until_off(self, *, seconds: float, check: Callable[[], None] = lambda: None) -> None:
        """Wait until the BMC says that the host has no power; as ``wait_until_on``."""
        self._wait_until(PowerState.OFF, seconds, check)

    def wait_until_on(self, *, seconds: float, check: Callable[[], None] = lambda: None) -> None:
        """Wait until the BMC says that the host has power.

        ``check`` is called between the questions and may raise. A BMC that does not answer for a
        while is asked again: many lose their network while the host's power changes. Raises its
        last error, or ``NeedsOperator``, after ``seconds``.
        """
        self._wait_until(PowerState.ON, seconds, check)

    def _wait_until(self, wanted: PowerState, seconds: float, check: Callable[[], None]) -> None:
        deadline = time.monotonic() + seconds
        while (found := ask_all([self], Operation.STATUS)[self.name]) != wanted:
            check()
            if isinstance(found, NeedsOperator):
                raise found
            if time.monotonic() > deadline:
                raise _never_reached(self, wanted, found, seconds)
            time.sleep(ASK_AGAIN_SECONDS)

    def _perform(self, operation: Operation) -> PowerState:
        outcome = ask_all([self], operation)[self.name]
        if isinstance(outcome, PumphouseError):
            raise outcome
        return outcome


def ask_all(
    bmcs: Iterable[Bmc], operation: Operation
) -> dict[str, PowerState | NeedsOperator | Retryable]:
    """Ask many BMCs at once and give, by name, the power state from before or the error.

    Never raises for one of them. Each has answered, or has its error, after 10 s, or 14 s for
    every 64 of them where there are many: they share this machine's processors.
    """
    asked = list(bmcs)
    answers = _answers(asked, operation)
    return {bmc.name: _outcome(bmc, answers.get(number, {})) for number, bmc in enumerate(asked)}


def _outcome(bmc: Bmc, answer: dict[str, str]) -> PowerState | NeedsOperator | Retryable:
    if "power" in answer:
        return PowerState(answer["power"])
    failure = _FAILURES[answer.get("failure", "crashed")]
    detail = secrets.mask(answer.get("detail", ""))
    at = f"{bmc.address}, UDP port {bmc.port}"
    return failure.error(failure.sentence.format(bmc=bmc, at=at, detail=detail), fix=failure.fix)


def _never_reached(
    bmc: Bmc, wanted: PowerState, found: PowerState | Retryable, seconds: float
) -> NeedsOperator | Retryable:
    if isinstance(found, Retryable):
        return found
    return NeedsOperator(
        f"The power of {bmc.name} is still {found} after {seconds:.0f} s, not {wanted}.",
        fix="Check the host's console or switch it by hand, then retry.",
    )


def _answers(bmcs: Sequence[Bmc], operation: Operation) -> dict[int, dict[str, str]]:
    """Run the process of these calls and return what it has answered at the deadline, by index."""
    calls = [
        {"id": number, "operation": operation, **_connection(bmc)}
        for number, bmc in enumerate(bmcs)
    ]
    seconds = CALL_SECONDS if len(calls) < CROWD else CROWD_SECONDS
    waves = math.ceil(len(calls) / MOST_AT_ONCE)
    limits = {"begun": time.monotonic(), "seconds": seconds, "at_once": MOST_AT_ONCE}
    ended = run_for(
        # -P keeps the folder of this module, with its openstack.py, out of the path of imports
        [sys.executable, "-P", str(PROGRAM)],
        given=json.dumps({"calls": calls, **limits}),
        seconds=seconds * waves + END_SECONDS,
    )
    answers = [json.loads(line) for line in ended.output.splitlines()]
    return {answer.pop("id"): answer for answer in answers}


def _connection(bmc: Bmc) -> dict[str, object]:
    return {key: value for key, value in asdict(bmc).items() if key != "name"}
