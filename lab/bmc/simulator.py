"""One simulated BMC: an ipmi_sim of OpenIPMI that serves RMCP+ on a UDP port.

It supports only cipher suites with SHA-1 (use ``ipmitool -C 3``), lets every account open a session
as administrator, and loses the flag that a boot device is valid: read it from the chassis.
"""

import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path

from lab.bmc.chassis import Chassis
from lab.commands import Command
from lab.places import write_private

PROGRAM = "ipmi_sim"
USER = "admin"
QUESTION = Path(__file__).with_name("question.py")
# An RMCP presence ping and the type of the response.
PING = bytes.fromhex("0600ff06 000011be 80000000")
PONG = 0x40

EMULATOR = """\
mc_setbmc 0x20
mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02 persist_sdr
sel_enable 0x20 1000 0x0a
mc_enable 0x20
"""
CONFIGURATION = """\
name "{name}"
set_working_mc 0x20
  startlan 1
    addr 127.0.0.1 {port}
    priv_limit admin
    allowed_auths_callback none md2 md5 straight
    allowed_auths_user none md2 md5 straight
    allowed_auths_operator none md2 md5 straight
    allowed_auths_admin none md2 md5 straight
    guid a123456789abcdefa123456789abcdef
  endlan
  {chassis}
  startnow false
  # number enabled name password privilege sessions authentication
  user 1 false "" "" user 10 none md2 md5 straight
  user 2 true "{user}" "{password}" admin 10 none md2 md5 straight
"""


@dataclass(frozen=True, kw_only=True)
class Simulator:
    """A BMC with one administrator. Without ``has_chassis`` it refuses chassis commands."""

    name: str
    directory: Path
    port: int
    password: str = field(repr=False)
    has_chassis: bool = True

    @property
    def chassis(self) -> Chassis:
        """Return the host behind it."""
        return Chassis(self.directory / "chassis")

    def configure(self) -> Command:
        """Write its files and return the command that runs it."""
        # -S -I: a query must not wait for site-packages.
        program = f"{sys.executable} -S -I {QUESTION} {self.chassis.directory}"
        text = CONFIGURATION.format(
            name=self.name,
            port=self.port,
            user=USER,
            password=self.password,
            chassis=f'chassis_control "{program}"' if self.has_chassis else "",
        )
        write_private(self.directory / "lan.conf", text)
        write_private(self.directory / "sim.emu", EMULATOR)
        persistent = self.directory / "persistent"
        persistent.mkdir(exist_ok=True)
        files = [str(self.directory / "lan.conf"), "-f", str(self.directory / "sim.emu")]
        return [PROGRAM, "-n", "-c", *files, "-s", str(persistent)]

    def answers(self) -> bool:
        """Return whether it listens and is not frozen."""
        with socket.socket(type=socket.SOCK_DGRAM) as probe:
            probe.settimeout(0.3)
            try:
                probe.connect(("127.0.0.1", self.port))
                probe.send(PING)
                return probe.recv(64)[8] == PONG
            except OSError:
                return False
