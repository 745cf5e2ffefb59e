"""A host's port is moved by a real process and by a real login to a switch on loopback."""

import socket
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from paramiko import ECDSAKey

from dashboard.clients.inventory import InventoryHost, SwitchPort
from dashboard.clients.switch_port import move_port
from dashboard.errors import NeedsOperator, PumphouseError, Retryable
from dashboard.secrets import register
from tests.support.awaiting import await_end_of
from tests.support.servers import free_port
from tests.support.switches import KEY, PASSWORD, PORT, USER, JunosSwitch, Switch

MAC = "52:54:00:00:00:01"
Hook = Callable[[str], InventoryHost]


@pytest.fixture
def hook(tmp_path: Path) -> Hook:
    """Return a function that gives a host with a shell script as its switch hook."""

    def host_with(script: str) -> InventoryHost:
        program = tmp_path / "to-vlan"
        program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        program.chmod(stat.S_IRWXU)
        return InventoryHost(name="host-1", switch_hook=(str(program), "--site", "new york"))

    return host_with


def plugged_into(port: int, *, into: str = PORT, **device: Any) -> InventoryHost:
    given = {
        "device_type": "cisco_ios",
        "host": "127.0.0.1",
        "port": port,
        "username": USER,
        "password": PASSWORD,
        "ssh_strict": False,
        **device,
    }
    commands = given.pop("commands", None)
    chosen = {"commands": commands} if commands else {}
    return InventoryHost(name="host-1", switch_port=SwitchPort(port=into, device=given, **chosen))


def failure_of(host: InventoryHost, *, seconds: float = 60) -> PumphouseError:
    with pytest.raises(PumphouseError) as raised:
        move_port(host, mac=MAC, vlan=100, seconds=seconds)
    assert PASSWORD not in str(raised.value)
    return raised.value


def test_a_host_without_a_switch_is_left_alone_and_that_is_said() -> None:
    assert move_port(InventoryHost(name="host-1"), mac=MAC, vlan=100).startswith(
        "Left the switch port of host-1 as it is"
    )


def test_the_hook_gets_host_mac_and_vlan_behind_its_own_arguments(
    hook: Hook, tmp_path: Path
) -> None:
    host = hook(f'printf "%s\\n" "$@" > {tmp_path}/given; echo Port 12 is in VLAN $5')
    said = move_port(host, mac=MAC, vlan=100)
    given = (tmp_path / "given").read_text(encoding="utf-8").splitlines()
    assert given == ["--site", "new york", "host-1", MAC, "100"]
    assert said.endswith("for host-1: Port 12 is in VLAN 100")


def test_no_shell_reads_the_hooks_arguments(hook: Hook, tmp_path: Path) -> None:
    move_port(hook("true"), mac=f"; touch {tmp_path}/made", vlan=100)
    assert not (tmp_path / "made").exists()


def test_a_hook_that_fails_is_told_with_its_last_line_and_without_secrets(hook: Hook) -> None:
    register("hook-secret")
    error = failure_of(hook("echo begun; echo no port for hook-secret >&2; echo; exit 3"))
    assert isinstance(error, NeedsOperator)
    assert error.sentence.endswith("ended with exit code 3: no port for ********")


def test_a_hook_that_hangs_is_ended_with_what_it_has_started(hook: Hook, tmp_path: Path) -> None:
    begun = time.monotonic()
    error = failure_of(hook(f"echo asking; sleep 99 & echo $! > {tmp_path}/pid; wait"), seconds=1)
    assert time.monotonic() - begun < 10
    assert isinstance(error, Retryable)
    assert "was not over after 1 s (asking)" in error.sentence
    await_end_of(int((tmp_path / "pid").read_text(encoding="utf-8")))


def test_a_hook_that_leaves_a_child_behind_is_not_waited_for(hook: Hook) -> None:
    begun = time.monotonic()
    move_port(hook("sleep 20 & echo done"), mac=MAC, vlan=100)
    assert time.monotonic() - begun < 10


def test_a_hook_that_waits_for_input_gets_none(hook: Hook) -> None:
    assert "exit code 1" in failure_of(hook("read answer"), seconds=20).sentence


def test_a_hook_that_cannot_be_started_is_told(tmp_path: Path) -> None:
    for program, reason in ((tmp_path / "none", "No such file"), (tmp_path, "Permission denied")):
        error = failure_of(InventoryHost(name="host-1", switch_hook=(str(program),)))
        assert isinstance(error, NeedsOperator)
        assert f"cannot be started ({reason}" in error.sentence


def test_a_login_moves_the_port() -> None:
    switch = Switch()
    with switch.running() as port:
        said = move_port(plugged_into(port), mac=MAC, vlan=100)
    assert switch.vlan == 100
    assert said == f"Moved port {PORT} of host-1 to VLAN 100."


@pytest.mark.parametrize("known", [KEY, ECDSAKey.generate(), None], ids=["its", "other", "none"])
def test_only_a_switch_whose_key_is_known_gets_the_password(known, tmp_path: Path) -> None:
    switch, known_hosts = Switch(), tmp_path / "known_hosts"
    with switch.running() as port:
        line = f"[127.0.0.1]:{port} {known.get_name()} {known.get_base64()}\n" if known else ""
        known_hosts.write_text(line)
        host = plugged_into(port, alt_host_keys=True, alt_key_file=str(known_hosts))
        assert host.switch_port
        del host.switch_port.device["ssh_strict"]  # type: ignore[attr-defined]
        if known is KEY:
            move_port(host, mac=MAC, vlan=100)
        else:
            assert "The host key of the switch 127.0.0.1" in failure_of(host).sentence
    assert switch.vlan == (100 if known is KEY else None)


def test_a_login_enters_the_privileged_mode_with_its_secret() -> None:
    switch = Switch(secret="enable-secret")
    with switch.running() as port:
        move_port(plugged_into(port, secret="enable-secret"), mac=MAC, vlan=100)
    assert switch.vlan == 100


def test_a_change_is_committed_where_that_is_a_step() -> None:
    switch = JunosSwitch()
    commands = ("set interfaces {port} vlan {vlan}",)
    with switch.running() as port:
        host = plugged_into(port, into="ge-0/0/1", device_type="juniper_junos", commands=commands)
        move_port(host, mac=MAC, vlan=100)
    assert switch.vlan == 100


def test_a_wrong_password_is_told() -> None:
    with Switch().running() as port:
        error = failure_of(plugged_into(port, password="wrong-password"))
    assert isinstance(error, NeedsOperator)
    assert error.sentence == f"The switch 127.0.0.1 refused the login of {USER}."
    assert "wrong-password" not in str(error)


def test_a_wrong_secret_is_told() -> None:
    with Switch(secret="enable-secret").running() as port:
        error = failure_of(plugged_into(port, secret="wrong-secret"))
    assert "into the privileged mode" in error.sentence
    assert "wrong-secret" not in str(error)


def test_a_user_who_may_not_configure_is_told() -> None:
    switch = Switch(may_configure=False)
    with switch.running() as port:
        error = failure_of(plugged_into(port))
    assert "change its configuration" in error.sentence


def test_a_refused_command_is_told_and_no_later_one_is_given() -> None:
    switch = Switch()
    with switch.running() as port:
        error = failure_of(plugged_into(port, into="Gi9/9"))
    assert isinstance(error, NeedsOperator)
    assert "refused a command for port Gi9/9" in error.sentence
    assert "interface Gi9/9" in error.sentence and "% Invalid input" in error.sentence
    assert switch.vlan is None


def test_a_switch_that_nothing_listens_at_is_told() -> None:
    error = failure_of(plugged_into(free_port()))
    assert isinstance(error, Retryable)
    assert error.sentence.startswith("Nothing listens for logins at the switch 127.0.0.1")


def test_a_switch_that_takes_the_connection_and_says_nothing_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        error = failure_of(plugged_into(listening.getsockname()[1], banner_timeout=1))
    assert isinstance(error, Retryable)
    assert error.sentence == "The switch 127.0.0.1 does not answer."


@pytest.mark.parametrize("line", ["terminal width 511", "switchport access vlan 100"])
def test_a_switch_that_freezes_after_the_login_is_told(line: str) -> None:
    with Switch(hangs_at=line).running() as port:
        error = failure_of(plugged_into(port, read_timeout_override=2))
    assert isinstance(error, Retryable)
    assert "then went silent" in error.sentence


def test_a_frozen_switch_is_given_up_at_the_limit() -> None:
    begun = time.monotonic()
    with Switch(hangs_at="terminal width 511").running() as port:
        error = failure_of(plugged_into(port), seconds=4)
    assert time.monotonic() - begun < 10
    assert "then went silent" in error.sentence


@pytest.mark.parametrize(
    "wrong", [{"device_type": "abacus"}, {"no_such_key": "1"}], ids=["type", "key"]
)
def test_a_device_that_netmiko_cannot_use_is_told(wrong: dict[str, str]) -> None:
    error = failure_of(plugged_into(free_port(), **wrong))
    assert isinstance(error, NeedsOperator)
    assert "Correct its keys" in error.fix


def test_an_address_that_cannot_be_resolved_is_told() -> None:
    error = failure_of(plugged_into(22, host="switch.invalid"))
    assert isinstance(error, NeedsOperator)
    assert "cannot be resolved" in error.sentence


def test_a_missing_netmiko_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "netmiko.py").write_text("raise ImportError", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert "pumphouse[switch]" in failure_of(plugged_into(free_port())).fix


def test_a_process_that_crashes_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert "the process crashed" in failure_of(plugged_into(free_port())).sentence


def test_the_password_is_in_no_list_of_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    class Watching(Switch):
        def check_auth_password(self, username: str, password: str) -> int:
            found = (
                file.read_text(errors="replace") for file in Path("/proc").glob("[0-9]*/cmdline")
            )
            seen.extend(line for line in found if "switch_call" in line)
            return super().check_auth_password(username, password)

    with Watching().running() as port:
        move_port(plugged_into(port), mac=MAC, vlan=100)
    assert seen and not any(PASSWORD in line for line in seen)
