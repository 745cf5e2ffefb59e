"""What a BMC's refusals mean that no simulator gives: told from pyghmi's words and IPMI's codes."""

from typing import Any

import pytest

from dashboard.clients.ipmi import Bmc, Operation, ask_all
from dashboard.clients.ipmi_call import Call, CallFailed, act, ask, needed_control
from dashboard.errors import Retryable


class Answering:
    """Stands in for pyghmi's Command: answers each chassis command as told, and keeps them."""

    def __init__(self, **answers: dict[str, Any]) -> None:
        self.answers = answers
        self.sent: list[tuple[int, ...]] = []

    def raw_command(self, *, netfn: int, command: int, data: tuple[int, ...]) -> dict[str, Any]:
        assert netfn == 0
        self.sent.append((command, *data))
        return self.answers.get(f"command_{command}", {"code": 0, "data": bytearray([1])})


def call(operation: str = "status", *, uefi: bool = False) -> Call:
    return Call(0, operation, "192.0.2.1", 623, "admin", "secret", uefi)


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ("Incorrect password provided", "password"),
        ("Invalid integrity check value reported in RAKP4", "password"),
        ("Unauthorized name in RAKP2", "user"),
        ("Unauthorized role or privilege level requested in RAKP2", "privilege"),
        ("User is not allowed requested privilege level", "privilege"),
        ("Insufficient resources to create new session (wait for ...)", "busy"),
        ("No Cipher suite match with proposed security algorithms", "refused"),
        ("None", "silent"),
    ],
)
def test_what_pyghmi_says_at_login_has_a_meaning(told: str, kind: str) -> None:
    assert call().meaning(told)[0] == kind


def test_silence_within_a_session_means_frozen() -> None:
    asked = call()
    asked.in_session = True
    assert asked.meaning("Session no longer connected")[0] == "frozen"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (0xD4, "privilege"),
        (0xC1, "unknown_command"),
        (0xC0, "busy"),
        (0xD2, "busy"),
        (0xD5, "refused"),
        (0xFFFF, "frozen"),
    ],
)
def test_a_completion_code_has_a_meaning(code: int, kind: str) -> None:
    with pytest.raises(CallFailed) as failed:
        ask(Answering(command_1={"code": code, "data": b""}), 1)
    assert failed.value.failure == kind


@pytest.mark.parametrize(
    ("operation", "power", "control"),
    [
        ("status", "on", None),
        ("on", "on", None),
        ("on", "off", 1),
        ("off", "on", 0),
        ("off", "off", None),
        ("cycle", "on", 2),
        ("cycle", "off", 1),
        ("soft_off", "on", 5),
        ("soft_off", "off", None),
    ],
)
def test_only_the_control_that_is_needed_is_sent(
    operation: str, power: str, control: int | None
) -> None:
    assert needed_control(operation, power) == control


@pytest.mark.parametrize(("uefi", "flags"), [(False, 0x80), (True, 0xA0)])
def test_the_boot_device_is_the_network_for_the_next_boot_only(uefi: bool, flags: int) -> None:
    bmc = Answering()
    act(bmc, call("boot_from_network", uefi=uefi))
    assert bmc.sent[-1] == (8, 5, flags, 4, 0, 0, 0)


def test_a_refused_boot_device_is_told() -> None:
    with pytest.raises(CallFailed):
        act(Answering(command_8={"code": 0x80}), call("boot_from_network"))


def test_a_process_that_ends_without_an_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    bmc = Bmc(name="host-1", address="127.0.0.1", user="admin", password="secret")
    error = ask_all([bmc], Operation.STATUS)["host-1"]
    assert isinstance(error, Retryable)
    assert error.sentence.startswith("The process that asks the BMC of host-1 ended")


def test_the_repr_of_a_bmc_shows_no_password() -> None:
    assert "secret" not in repr(Bmc(name="h", address="h", user="admin", password="secret"))
