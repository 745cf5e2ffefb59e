"""The short process that logs in to a switch: device and commands as JSON on stdin, how it ended
as JSON on stdout.

netmiko starts threads, adds up waits of its own, and costs 47 MB once it is imported; so nothing
of it lives in Pumphouse's own processes. Credentials come over stdin, where no list of processes
shows them.
"""

import json
import socket
import sys
from typing import Any

# What switches put before a refusal. Other lines with % are remarks, as that a VLAN was created.
REFUSAL = (
    r"(?i)^[^\w\n]*(invalid|incomplete|ambiguous|unrecognized|unknown|error|syntax error|bad|"
    r"command rejected|command authorization failed|permission denied|cannot find)[ :,].*$"
)
# a switch is one that this account knows, unless its keys in the inventory say otherwise
KNOWN_HOSTS_ONLY = {"ssh_strict": True, "system_host_keys": True}
WAITS = {"conn_timeout": 8, "banner_timeout": 8, "auth_timeout": 10, "read_timeout_override": 12}


class LoginFailed(Exception):
    """It came to nothing: ``failure`` is one of the kinds in ``clients.switch_port``."""

    def __init__(self, failure: str, detail: object = "") -> None:
        super().__init__(failure)
        self.failure = failure
        self.detail = str(detail)


def outcome(asked: dict[str, Any]) -> dict[str, str]:
    """Return which failure it was and its detail; both are "" when all commands were taken."""
    try:
        import netmiko  # noqa: F401
    except ImportError as error:
        return {"failure": "missing", "detail": str(error)}
    try:
        configure(asked["device"], asked["commands"])
    except LoginFailed as error:
        return {"failure": error.failure, "detail": error.detail}
    except Exception as error:
        return {"failure": "other", "detail": " ".join(f"{type(error).__name__}: {error}".split())}
    return {"failure": "", "detail": ""}


def configure(device: dict[str, Any], commands: list[str]) -> None:
    """Log in and enter the commands in configuration mode; raises ``LoginFailed``."""
    from netmiko.exceptions import ReadTimeout

    try:
        with connected(device) as connection:
            if device.get("secret"):
                raise_privilege(connection)
            send(connection, commands)
    except (ReadTimeout, OSError) as error:
        raise LoginFailed("frozen", error) from None


def connected(device: dict[str, Any]) -> Any:
    """Return a session with the switch."""
    from netmiko import ConnectHandler
    from netmiko.exceptions import NetmikoAuthenticationException, NetmikoTimeoutException

    try:
        return ConnectHandler(**{**WAITS, **KNOWN_HOSTS_ONLY, **device})
    except NetmikoAuthenticationException as error:
        raise LoginFailed("login", error) from None
    except NetmikoTimeoutException as error:
        # netmiko calls everything a time-out; what it was is the error before
        raise unconnected(error.__context__ or error) from None
    except (TypeError, ValueError) as error:
        raise LoginFailed("device", str(error).splitlines()[0]) from None


def unconnected(cause: BaseException) -> LoginFailed:
    """Report why there is no connection."""
    from paramiko.ssh_exception import (
        BadHostKeyException,
        NoValidConnectionsError,
        SSHException,
    )

    if isinstance(cause, NoValidConnectionsError):
        cause = next(iter(cause.errors.values()))
    detail = getattr(cause, "strerror", None) or cause
    if isinstance(cause, socket.gaierror):
        return LoginFailed("name", detail)
    if isinstance(cause, BadHostKeyException) or "not found in known_hosts" in str(cause):
        return LoginFailed("key")
    if isinstance(cause, ConnectionRefusedError):
        return LoginFailed("closed")
    if isinstance(cause, TimeoutError) or "banner" in str(cause):
        return LoginFailed("silent")
    return LoginFailed("protocol" if isinstance(cause, SSHException) else "unreachable", detail)


def raise_privilege(connection: Any) -> None:
    """Enter the privileged mode with the secret of the device."""
    try:
        connection.enable()
    except ValueError as error:
        raise LoginFailed("secret", error) from None


def send(connection: Any, commands: list[str]) -> None:
    """Return the commands in configuration mode, and make them valid where that is a step."""
    from netmiko import BaseConnection
    from netmiko.exceptions import ConfigInvalidException

    try:
        connection.config_mode()
    except ValueError as error:
        raise LoginFailed("mode", error) from None
    try:
        connection.send_config_set(commands, error_pattern=REFUSAL)
        if type(connection).commit is not BaseConnection.commit:
            connection.commit()
    except (ConfigInvalidException, ValueError) as error:
        raise LoginFailed("command", error) from None


if __name__ == "__main__":
    print(json.dumps(outcome(json.load(sys.stdin))))
