"""A switch on loopback that speaks SSH, with the dialogs of Cisco IOS and of Junos."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import paramiko

USER, PASSWORD = "pumphouse", "switch-password"
PORT = "GigabitEthernet1/0/12"
KEY = paramiko.ECDSAKey.generate()


class Hung(Exception):
    """The switch says nothing more, and keeps the connection."""


class Switch(paramiko.ServerInterface):
    """A switch with one port; ``vlan`` is the VLAN that it is in, None as delivered.

    ``secret`` is wanted for the privileged mode; after the line ``hangs_at`` it says nothing more.
    """

    prompts = {"user": "sw1>", "privileged": "sw1#", "config": "sw1(config)#"}

    def __init__(
        self, *, secret: str = "", hangs_at: str | None = None, may_configure: bool = True
    ) -> None:
        self.secret = secret
        self.hangs_at = hangs_at
        self.may_configure = may_configure
        self.mode = "user" if secret else "privileged"
        self.vlan: int | None = None
        self.end = threading.Event()

    @contextmanager
    def running(self) -> Iterator[int]:
        """Return the TCP port that it listens at."""
        with socket.create_server(("127.0.0.1", 0)) as listening:
            threading.Thread(target=self._accept, args=(listening,), daemon=True).start()
            try:
                yield listening.getsockname()[1]
            finally:
                self.end.set()
                listening.shutdown(socket.SHUT_RDWR)

    def _accept(self, listening: socket.socket) -> None:
        with suppress(OSError, EOFError, paramiko.SSHException), listening.accept()[0] as client:
            transport = paramiko.Transport(client)
            transport.add_server_key(KEY)
            transport.start_server(server=self)
            if channel := transport.accept(30):
                self._converse(channel)

    def _converse(self, channel: paramiko.Channel) -> None:
        try:
            channel.sendall(f"\r\n{self.prompts[self.mode]}")
            for line in lines_of(channel):
                self._answer(channel, line)
        except Hung:
            self.end.wait()

    def _answer(self, channel: paramiko.Channel, line: str) -> None:
        channel.sendall(f"{line}\r\n")
        if line == self.hangs_at:
            raise Hung
        if line == "enable":
            channel.sendall("Password: ")
            right = next(lines_of(channel)) == self.secret
            self.mode = "privileged" if right else "user"
            said = "" if right else "% Access denied\r\n"
        else:
            said = self.said_to(line)
        channel.sendall(f"{said}{self.prompts[self.mode]}")

    def said_to(self, line: str) -> str:
        """Do what the line says and give what is said to it, as IOS."""
        match line.split():
            case ["configure", "terminal"] if self.may_configure:
                self.mode = "config"
            case ["end"]:
                self.mode = "privileged"
            case ["switchport", "access", "vlan", number]:
                self.vlan = int(number)
                return f"% Access VLAN does not exist. Creating vlan {number}\r\n"
            case [] | ["terminal", *_] | ["interface", "GigabitEthernet1/0/12"]:
                pass
            case _:
                return "            ^\r\n% Invalid input detected at '^' marker.\r\n\r\n"
        return ""

    def check_auth_password(self, username: str, password: str) -> int:
        right = (username, password) == (USER, PASSWORD)
        return paramiko.AUTH_SUCCESSFUL if right else paramiko.AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:
        return "password"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED

    def check_channel_pty_request(self, *_: object) -> bool:
        return True

    def check_channel_shell_request(self, channel: paramiko.Channel) -> bool:
        return True


class JunosSwitch(Switch):
    """A switch whose changes count only when they have been committed."""

    prompts = {"privileged": "pumphouse@sw2> ", "config": "\r\n[edit]\r\npumphouse@sw2# "}
    candidate: int | None = None

    def said_to(self, line: str) -> str:
        match line.split():
            case ["configure"]:
                self.mode = "config"
                return "Entering configuration mode\r\n"
            case ["exit", "configuration-mode"]:
                self.mode = "privileged"
            case ["set", "cli", "screen-width", width]:
                return f"Screen width set to {width}\r\n"
            case ["set", "cli", "screen-length", length]:
                return f"Screen length set to {length}\r\n"
            case ["set", "cli", *_]:
                return "Disabling complete-on-space\r\n"
            case ["set", "interfaces", "ge-0/0/1", "vlan", number]:
                self.candidate = int(number)
            case ["commit"]:
                self.vlan = self.candidate
                return "commit complete\r\n"
            case [_, *_]:
                return "syntax error, expecting <command>.\r\n"
        return ""


def lines_of(channel: paramiko.Channel) -> Iterator[str]:
    """Return what is typed, line by line, without an echo."""
    line = b""
    while byte := channel.recv(1):
        if byte in b"\r\n":
            yield line.decode()
            line = b""
        else:
            line += byte
