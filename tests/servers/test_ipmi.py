"""BMCs, asked over the network: each peer is a real ipmi_sim, a silent port or a closed one."""

import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from dashboard.clients.ipmi import Bmc, Operation, PowerState, ask_all
from dashboard.errors import NeedsOperator, PumphouseError, Retryable
from lab.bmc.chassis import OFF, ON, Chassis
from lab.bmc.simulator import PROGRAM, USER, Simulator
from tests.support.awaiting import await_that

PASSWORD = "open-sesame-4711"
PATIENCE = 60
GIVES_UP_BEFORE = 20
"""Seconds. Each call has 10 s of its own, and a busy machine is slow; pyghmi alone takes 29 s."""


@dataclass
class Simulated:
    """A running ipmi_sim: how Pumphouse sees it, and what it does."""

    bmc: Bmc
    chassis: Chassis
    process: subprocess.Popen[bytes]

    @property
    def orders(self) -> list[str]:
        """What it was told, without the time of day."""
        path = self.chassis.directory / "log"
        lines = path.read_text().splitlines() if path.exists() else []
        return [line.partition(" ")[2] for line in lines]

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Stop its answers while its port stays open."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)


@pytest.fixture
def simulate(tmp_path: Path) -> Iterator[Callable[..., Simulated]]:
    """Return a function that starts a BMC; all are ended with the test."""
    if not shutil.which(PROGRAM):
        pytest.fail(f"{PROGRAM} is missing: install the package openipmi.")
    with ExitStack() as running:

        def start(name: str = "host-1", *, has_chassis: bool = True) -> Simulated:
            return running.enter_context(simulated(tmp_path / name, name, has_chassis=has_chassis))

        yield start


@pytest.fixture
def host(simulate: Callable[..., Simulated]) -> Simulated:
    """Return one BMC of a host without power."""
    return simulate()


@contextmanager
def simulated(directory: Path, name: str, *, has_chassis: bool) -> Iterator[Simulated]:
    port = free_udp_port()
    simulator = Simulator(
        name=name, directory=directory, port=port, password=PASSWORD, has_chassis=has_chassis
    )
    command = simulator.configure()
    with (directory / "output").open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=directory
        )
    try:
        await_that(simulator.answers)
        bmc = Bmc(name=name, address="127.0.0.1", port=port, user=USER, password=PASSWORD)
        yield Simulated(bmc, simulator.chassis, process)
    finally:
        process.kill()
        process.wait()


@contextmanager
def silent_port() -> Iterator[int]:
    """A port that takes every packet and answers none, as behind a firewall."""
    with socket.socket(type=socket.SOCK_DGRAM) as sink:
        sink.bind(("127.0.0.1", 0))
        yield int(sink.getsockname()[1])


def free_udp_port() -> int:
    with socket.socket(type=socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def refusal(error: type[PumphouseError], call: Callable[[], object]) -> str:
    """Return the text of the error that a call ends with, in time and without the password."""
    begun = time.monotonic()
    with pytest.raises(error) as raised:
        call()
    assert time.monotonic() - begun < GIVES_UP_BEFORE
    assert PASSWORD not in str(raised.value)
    assert raised.value.fix
    return str(raised.value)


def test_a_host_is_switched_on_and_off(host: Simulated) -> None:
    assert host.bmc.power_status() is PowerState.OFF
    host.bmc.power_on()
    assert host.bmc.power_status() is PowerState.ON
    host.bmc.power_off()
    assert host.chassis.power == OFF
    assert host.bmc.power_status() is PowerState.OFF


def test_what_is_so_already_is_not_asked_for_again(host: Simulated) -> None:
    host.bmc.power_off()
    host.bmc.soft_off()
    assert host.orders == []


def test_a_power_cycle_takes_the_power_away_and_gives_it_back(host: Simulated) -> None:
    host.chassis.note_power(ON)
    host.bmc.power_cycle()
    host.bmc.wait_until_on(seconds=PATIENCE)
    # A slow machine may make pyghmi repeat an order, which changes nothing.
    assert list(dict.fromkeys(host.orders)) == [
        *("set power 0", "is off", "set power 1", "starts from disk")
    ]


def test_a_power_cycle_switches_a_host_on_that_was_off(host: Simulated) -> None:
    host.bmc.power_cycle()
    assert host.chassis.power == ON


def test_a_soft_off_asks_the_operating_system(host: Simulated) -> None:
    host.chassis.note_power(ON)
    host.bmc.soft_off()
    host.bmc.wait_until_off(seconds=PATIENCE)
    assert "set shutdown 1" in host.orders
    assert "set power 0" not in host.orders


def test_the_network_is_booted_from_once(host: Simulated) -> None:
    host.bmc.boot_from_network()
    assert host.chassis.boot == "pxe"
    host.bmc.power_on()
    host.bmc.power_off()
    host.bmc.power_on()
    starts = [order for order in host.orders if order.startswith("starts")]
    assert starts == ["starts from network", "starts from disk"]


def test_a_wrong_password_is_told(host: Simulated) -> None:
    bmc = replace(host.bmc, password="another-password")
    assert refusal(NeedsOperator, bmc.power_status) == (
        "The BMC of host-1 refused the password of admin. Correct the password in inventory.yaml."
    )


def test_a_wrong_user_is_told(host: Simulated) -> None:
    bmc = replace(host.bmc, user="nobody")
    text = refusal(NeedsOperator, bmc.power_status)
    assert text.startswith("The BMC of host-1 does not know the user nobody.")


def test_a_closed_port_is_told_at_once(host: Simulated) -> None:
    port = free_udp_port()
    text = refusal(Retryable, replace(host.bmc, port=port).power_status)
    assert text.startswith(f"Nothing listens for IPMI at 127.0.0.1, UDP port {port}")


def test_a_bmc_that_is_not_there_is_told(host: Simulated) -> None:
    with silent_port() as port:
        text = refusal(Retryable, replace(host.bmc, port=port).power_status)
    assert text.startswith(f"The BMC of host-1 does not answer at 127.0.0.1, UDP port {port}.")


def test_a_name_without_an_address_is_told(host: Simulated) -> None:
    bmc = replace(host.bmc, address="no-such-bmc.invalid")
    assert "cannot be resolved" in refusal(NeedsOperator, bmc.power_status)


def test_a_bmc_that_freezes_before_the_session_is_told_and_comes_back(host: Simulated) -> None:
    with host.frozen():
        assert "does not answer" in refusal(Retryable, host.bmc.power_status)
    assert host.bmc.power_status() is PowerState.OFF


def test_a_bmc_that_freezes_within_the_session_is_told(host: Simulated) -> None:
    host.chassis.note_power(ON)
    # The simulator does nothing else until this ends: the session is open, the answer never comes.
    (host.chassis.directory / "switch.json").write_text('["sh", "-c", "exec sleep 30"]')
    text = refusal(Retryable, host.bmc.power_off)
    assert "opened a session and then went silent" in text
    assert "It may have done what it was asked" in text


def test_a_bmc_that_refuses_an_order_is_quoted(simulate: Callable[..., Simulated]) -> None:
    without_chassis = simulate("host-1", has_chassis=False)
    text = refusal(NeedsOperator, without_chassis.bmc.power_on)
    assert "refused this (Invalid data field in request)" in text


def test_waiting_ends_with_the_state_that_was_found(host: Simulated) -> None:
    text = refusal(NeedsOperator, lambda: host.bmc.wait_until_on(seconds=0))
    assert text.startswith("The power of host-1 is still off after 0 s, not on.")


def test_waiting_outlasts_a_bmc_that_is_away_for_a_while(host: Simulated) -> None:
    with host.frozen():
        thaw = threading.Timer(1, host.process.send_signal, [signal.SIGCONT])
        thaw.start()
        host.bmc.wait_until_off(seconds=30)
        thaw.join()
    assert host.bmc.power_status() is PowerState.OFF


def test_waiting_stops_when_the_check_says_so(host: Simulated) -> None:
    def cancelled() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        host.bmc.wait_until_on(seconds=30, check=cancelled)


def test_fifty_calls_of_which_half_are_dead_are_answered_side_by_side(
    simulate: Callable[..., Simulated],
) -> None:
    living = [simulate(f"living-{number}") for number in range(26)]
    frozen = living.pop()
    with ExitStack() as stack:
        stack.enter_context(frozen.frozen())
        ports = [free_udp_port() for _ in range(8)]
        ports += [stack.enter_context(silent_port()) for _ in range(16)]
        dead = [frozen.bmc] + [
            replace(frozen.bmc, name=f"dead-{number}", port=port)
            for number, port in enumerate(ports)
        ]
        asked = [host.bmc for host in living] + dead
        begun = time.monotonic()
        answers = ask_all(asked, Operation.STATUS)
        took = time.monotonic() - begun
    assert len(asked) == 50
    assert took < 60, "one after the other, the dead ones alone would take two minutes"
    assert {host.bmc.name: str(answers[host.bmc.name]) for host in living} == {
        host.bmc.name: "off" for host in living
    }
    assert all(isinstance(answers[bmc.name], Retryable) for bmc in dead)


def test_threads_can_ask_at_the_same_time(host: Simulated) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: host.bmc.power_status(), range(8)))
    assert found == [PowerState.OFF] * 8


def test_a_process_that_was_forked_after_a_call_can_ask(host: Simulated) -> None:
    assert host.bmc.power_status() is PowerState.OFF
    pid = os.fork()
    if pid == 0:
        os._exit(0 if host.bmc.power_status() is PowerState.OFF else 1)
    ended = (0, 1)

    def has_ended() -> bool:
        nonlocal ended
        ended = os.waitpid(pid, os.WNOHANG)
        return ended[0] == pid

    await_that(has_ended)
    assert ended == (pid, 0)


def test_the_password_is_in_no_command_line_and_no_environment(host: Simulated) -> None:
    with host.frozen(), ThreadPoolExecutor(1) as pool:
        call = pool.submit(ask_all, [host.bmc], Operation.STATUS)
        # The process and its fork.
        await_that(lambda: len(calling_processes()) == 2)
        seen = [
            (directory / name).read_bytes()
            for directory in calling_processes()
            for name in ("cmdline", "environ")
        ]
        call.result()
    assert seen
    assert not [text for text in seen if PASSWORD.encode() in text]


def calling_processes() -> list[Path]:
    """Return the processes that ask BMCs on behalf of this one."""
    own = []
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            command = (directory / "cmdline").read_bytes()
            parent = int((directory / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        if b"ipmi_call.py" in command:
            own.append((directory, parent))
    mine = {int(directory.name) for directory, parent in own if parent == os.getpid()}
    return [directory for directory, parent in own if {int(directory.name), parent} & mine]
