"""The short process that talks to BMCs: calls as JSON on stdin, one answer a line on stdout.

pyghmi has no time-outs, can hang for ever when one process opens a second session to a BMC, and
always does when a process forks after its first session. So nothing of it lives in Pumphouse's own
processes: this one imports it once, forks for every call before any session is open, and an alarm
ends each fork. Credentials come over stdin, where no list of processes shows them.
"""

import json
import os
import signal
import socket
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, NoReturn

from pyghmi.exceptions import PyghmiException
from pyghmi.ipmi.command import Command

REFUSAL_SECONDS = 0.3
SHORTEST_SECONDS = 0.5
ANSWERS = 1

CHASSIS = 0
GET_STATUS, CONTROL, SET_BOOT_OPTIONS = 1, 2, 8
CONTROLS = {"off": 0, "on": 1, "cycle": 2, "soft_off": 5}
REACHED_WHEN = {"off": "off", "on": "on", "soft_off": "off"}
KEEP_BOOT_FLAGS = (3, 8)
BOOT_FLAGS, VALID, UEFI, NETWORK = 5, 0x80, 0x20, 4
# Get Channel Authentication Capabilities outside a session: the first that any client says.
GREETING = bytes.fromhex("0600ff07 00 00000000 00000000 09 2018c8 8100388e04b5")

# What pyghmi says when no session comes about, and what it means.
LOGIN_FAILURES = {
    "Incorrect password": "password",
    "Invalid integrity check value": "password",
    "Unauthorized name": "user",
    "Invalid username": "user",
    "Invalid user name": "user",
    "Invalid role": "privilege",
    "privilege": "privilege",
    "privelege": "privilege",
    "Insufficient resources": "busy",
    "login slots": "busy",
}
# Completion codes of IPMI that mean more than "refused".
CODE_FAILURES = {
    **dict.fromkeys((0xC0, 0xC3, 0xCE, 0xD1, 0xD2), "busy"),
    **dict.fromkeys((0xC1, 0xC2), "unknown_command"),
    0xD4: "privilege",
}


class CallFailed(Exception):
    """The call came to nothing: ``failure`` is one of the kinds in ``clients.ipmi``."""

    def __init__(self, failure: str, detail: str = "") -> None:
        super().__init__(failure)
        self.failure = failure
        self.detail = detail


@dataclass
class Call:
    """One operation on one BMC. ``in_session`` tells a frozen BMC from one that is not there."""

    id: int
    operation: str
    address: str
    port: int
    user: str
    password: str
    uefi: bool
    in_session: bool = False

    def perform(self) -> str:
        """Do the operation and return the power state, on or off, as it was before."""
        greet(self.address, self.port)
        try:
            with self.session() as command:
                return act(command, self)
        except PyghmiException as error:
            raise CallFailed(*self.meaning(str(error))) from None

    @contextmanager
    def session(self) -> Iterator[Any]:
        """Open a session and close it: a BMC has four or five, and keeps lost ones for a minute."""
        # Bytes: with text, pyghmi takes a failed session for one that is being opened.
        command = Command(
            bmc=self.address,
            port=self.port,
            userid=self.user.encode(),
            password=self.password.encode(),
        )
        self.in_session = True
        try:
            yield command
        finally:
            with suppress(PyghmiException):
                command.ipmi_session.logout()

    def meaning(self, told: str) -> tuple[str, str]:
        """Return kind and detail of what pyghmi said; for silence it says nothing or ``None``."""
        if told in ("", "None", "timeout", "Session no longer connected"):
            return ("frozen" if self.in_session else "silent"), ""
        kinds = (kind for words, kind in LOGIN_FAILURES.items() if words in told)
        return next(kinds, "refused"), told

    def answer(self, *, seconds: float) -> NoReturn:
        """Write the answer and end the process, at the latest after so many seconds."""
        signal.signal(signal.SIGALRM, lambda *_: self.give(failure=self.meaning("")[0], detail=""))
        signal.setitimer(signal.ITIMER_REAL, max(seconds, SHORTEST_SECONDS))
        try:
            self.give(power=self.perform())
        except CallFailed as failed:
            self.give(failure=failed.failure, detail=failed.detail)
        except Exception as error:
            # Its text is not ours to show: it may quote what was sent.
            self.give(failure="refused", detail=type(error).__name__)

    def give(self, **answer: str) -> NoReturn:
        """Write one line, in one piece since other forks write too, and end without clean-up."""
        os.write(ANSWERS, json.dumps({"id": self.id, **answer}).encode() + b"\n")
        os._exit(0)


def greet(address: str, port: int) -> None:
    """Raise CallFailed for an address that cannot be a BMC's; silence is left to pyghmi.

    A connected socket hears "port unreachable" at once, which pyghmi's never does.
    """
    try:
        found = socket.getaddrinfo(address, port, type=socket.SOCK_DGRAM)
    except socket.gaierror as error:
        raise CallFailed("name", error.strerror or "") from None
    family, kind, protocol, _, peer = found[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.settimeout(REFUSAL_SECONDS)
        try:
            probe.connect(peer)
            probe.send(GREETING)
            probe.recv(512)
        except ConnectionRefusedError:
            raise CallFailed("closed") from None
        except TimeoutError:
            return
        except OSError as error:
            raise CallFailed("unreachable", error.strerror or "") from None


def act(command: Any, call: Call) -> str:
    """Do what the call asks for in an open session; what is so already is not asked for again."""
    power = "on" if ask(command, GET_STATUS)[0] & 1 else "off"
    if call.operation == "boot_from_network":
        boot_from_network(command, uefi=call.uefi)
    elif (control := needed_control(call.operation, power)) is not None:
        ask(command, CONTROL, control)
    return power


def needed_control(operation: str, power: str) -> int | None:
    """Return the chassis control that is needed, None for none: BMCs refuse to cycle what is
    off."""
    if operation == "status" or REACHED_WHEN.get(operation) == power:
        return None
    return CONTROLS["on" if operation == "cycle" and power == "off" else operation]


def boot_from_network(command: Any, *, uefi: bool) -> None:
    """Set PXE for the next boot only.

    Without the first request a BMC forgets the boot device when no power command follows within
    60 s; it is optional in IPMI, so that a refusal of it means nothing.
    """
    with suppress(CallFailed):
        ask(command, SET_BOOT_OPTIONS, *KEEP_BOOT_FLAGS)
    flags = VALID | (UEFI if uefi else 0)
    ask(command, SET_BOOT_OPTIONS, BOOT_FLAGS, flags, NETWORK, 0, 0, 0)


def ask(command: Any, number: int, *data: int) -> bytes:
    """Send one chassis command and return the data of its answer."""
    answer = command.raw_command(netfn=CHASSIS, command=number, data=data)
    if code := answer.get("code", 0):
        if code == 0xFFFF:
            raise CallFailed("frozen")
        kind = CODE_FAILURES.get(code, "refused")
        raise CallFailed(kind, str(answer.get("error") or f"completion code {code:#04x}"))
    return bytes(answer["data"])


def answer_all(calls: Iterable[Call], *, begun: float, seconds: float, at_once: int) -> None:
    """Answer each call in a fork of its own, so many of them at the same time.

    The time of the first ones began with the caller, before this process had started: ``begun``
    on the clock of ``time.monotonic``, which all processes of a machine share.
    """
    running = 0
    late = time.monotonic() - begun
    for number, call in enumerate(calls):
        if running == at_once:
            os.wait()
            running -= 1
        if os.fork() == 0:
            call.answer(seconds=seconds - (late if number < at_once else 0))
        running += 1
    for _ in range(running):
        os.wait()


if __name__ == "__main__":
    # pyghmi prints now and then; stdout is for answers alone.
    sys.stdout = sys.stderr
    asked = json.load(sys.stdin)
    answer_all([Call(**call) for call in asked.pop("calls")], **asked)
