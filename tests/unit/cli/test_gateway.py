"""``pumphouse gateway``: what it prints is run by tests/servers/test_stretch.py."""

import json

import pytest
import yaml

from dashboard.cli.main import main

pytestmark = pytest.mark.django_db

GOOD = {
    "--peer": "203.0.113.7",
    "--mac": "FA:16:3e:00:00:01",
    "--number": "4711",
    "--mtu": "1450",
    "--default-gateway": "10.0.0.1",
}


def arguments(**other: str) -> list[str]:
    given = {**GOOD, **{f"--{name.replace('_', '-')}": value for name, value in other.items()}}
    return ["gateway", *(word for pair in given.items() for word in pair)]


def test_the_user_data_is_printed_as_it_is_and_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments()) == 0
    text = capsys.readouterr().out
    assert text.startswith("#cloud-config\n")
    program, unit = yaml.safe_load(text)["write_files"]
    assert '"fa:16:3e:00:00:01"' in program["content"]
    assert f"ExecStart={program['path']} start" in unit["content"]
    assert main(["--json", *arguments()]) == 0
    assert json.loads(capsys.readouterr().out)["user_data"] == text
    # people read it, line by line, before they boot it
    assert "\n    set -eu\n" in text


def test_a_key_is_read_from_a_file_and_is_no_argument_of_the_program(tmp_path, capsys) -> None:
    kept = tmp_path / "key"
    kept.write_text("ab" * 32 + "\n")
    both = {"key_file": str(kept), "peer_mac": "fa:16:3e:00:00:02"}
    assert main(arguments(**both)) == 0
    program, *_ = yaml.safe_load(capsys.readouterr().out)["write_files"]
    assert program["permissions"] == "0700"
    commands, keys = program["content"].split("ip -batch - <<KEYS || lacks_esp\n")
    assert "enc cbc(aes) 0x" in keys and "enc" not in commands.split("own=")[1]
    assert "ab" * 8 not in program["content"]
    assert main(arguments(key_file=str(kept))) == 2
    assert "needs both MACs" in " ".join(capsys.readouterr().err.split())
    for wrong in ("ab" * 31, "no hex", "\u20ac"):
        kept.write_text(wrong)
        assert main(arguments(**both)) == 2
        said = " ".join(capsys.readouterr().err.split())
        assert "has no key of 32 bytes in hex." in said and "openssl rand" in said
    assert main(arguments(**{**both, "key_file": str(tmp_path / "nowhere")})) == 2
    assert "No such file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("peer", "gw.example", "gw.example is not the address of a machine."),
        ("peer", "0.0.0.0", "0.0.0.0 is not the address of a machine."),
        ("peer", "224.0.0.9", "224.0.0.9 is not the address of a machine."),
        ("peer", "fe80::1%eth0", "fe80::1%eth0 is not the address of a machine."),
        ("default_gateway", "10.0.0.1/24", "10.0.0.1/24 is not an IP address."),
        ("mac", "fa:16:3e:00:00:01; reboot", "is not the MAC address of a port."),
        ("mac", "ff:ff:ff:ff:ff:ff", "is not the MAC address of a port. Take the mac_address"),
        ("peer_mac", "fa:16:3e:00:00:01", "Both gateways have the same MAC address."),
        ("number", "16777216", "not a number of a VXLAN. Choose one from 1 to 16777215"),
        ("mtu", "1279", "A network with an MTU of 1279 cannot be stretched."),
    ],
)
def test_what_cannot_be_configured_is_refused(option, value, told, capsys) -> None:
    assert main(arguments(**{option: value})) == 2
    said = capsys.readouterr().err
    assert told in " ".join(said.split())
