"""The host behind a simulated BMC. ipmi_sim runs this to switch its power and boot device.

  chassis.py DIRECTORY set power 0|1, reset 1, shutdown 1, boot none|pxe|..., one or more of these
  chassis.py DIRECTORY check ...

The directory has the files power (0 or 1), boot (the next boot device), log (each command and its
result) and, if a real process is to follow the power, switch.json: a command that gets "off",
"shutdown" or "on DEVICE" as its last arguments.
"""

import fcntl
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

OFF, ON = "0", "1"
DISK, NETWORK = "none", "pxe"


class Chassis:
    """One host, as its BMC sees and switches it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)

    @property
    def power(self) -> str:
        """Return "1" while the host has power, else "0"."""
        return self._read("power", default=OFF)

    @property
    def boot(self) -> str:
        """Return the next boot device; "none" means the firmware's default, the disk."""
        return self._read("boot", default=DISK)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Lock the host while it is switched, so that a slow start cannot overtake a power-off."""
        with (self.directory / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def record(self, line: str) -> None:
        """Append a line to the log, with the time of day."""
        with (self.directory / "log").open("a") as log:
            log.write(f"{time.strftime('%H:%M:%S')} {line}\n")

    def set_power(self, power: str) -> None:
        """Switch the power on or off. Does nothing if it already is."""
        if power != self.power:
            if power == ON:
                self._start()
            else:
                self._stop()

    def set_boot(self, device: str) -> None:
        """Set the boot device for the next start, once."""
        self._write("boot", device)

    def reset(self, _: str) -> None:
        """Restart the host, if it has power."""
        if self.power == ON:
            self._stop()
            self._start()

    def shut_down(self, _: str) -> None:
        """Shut down the host's operating system; without one, switch off at once."""
        if self.power == ON and not self._switch("shutdown", wait=False):
            self._stop()

    def power_gone(self) -> None:
        """Record that the host is off."""
        self.note_power(OFF)
        self.record("is off")

    @property
    def known(self) -> bool:
        """Return whether the power state was ever recorded."""
        return (self.directory / "power").exists()

    def note_power(self, power: str) -> None:
        """Record the power state without switching anything."""
        self._write("power", power)

    def _start(self) -> None:
        device = self.boot
        self._write("boot", DISK)
        self._write("power", ON)
        self.record(f"starts from {'network' if device == NETWORK else 'disk'}")
        self._switch("on", device, wait=False)

    def _stop(self) -> None:
        self._switch("off", wait=True)
        self.power_gone()

    def _switch(self, *order: str, wait: bool) -> bool:
        """Pass a command on to the real process, if there is one."""
        path = self.directory / "switch.json"
        if not path.exists():
            return False
        with (self.directory / "switch.log").open("a") as log:
            process = subprocess.Popen(
                [*json.loads(path.read_text()), *order],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if wait:
            process.wait()
        return True

    def _read(self, name: str, *, default: str) -> str:
        path = self.directory / name
        return path.read_text() if path.exists() else default

    def _write(self, name: str, value: str) -> None:
        """Replace the file atomically, so that nobody reads an empty one."""
        new = self.directory / f"{name}.new"
        new.write_text(value)
        new.replace(self.directory / name)


def main(directory: str, action: str, *arguments: str) -> int:
    """Execute commands; the verb ``check`` does nothing."""
    return carry_out(Chassis(Path(directory)), arguments) if action == "set" else 0


def carry_out(chassis: Chassis, arguments: Sequence[str]) -> int:
    """Record and execute each command."""
    orders: dict[str, Callable[[str], None]] = {
        "power": chassis.set_power,
        "boot": chassis.set_boot,
        "reset": chassis.reset,
        "shutdown": chassis.shut_down,
        "identify": lambda _: None,
    }
    for name, value in zip(arguments[::2], arguments[1::2], strict=True):
        if name not in orders:
            print(f"Invalid parameter: {name}")
            return 1
        with chassis.locked():
            chassis.record(f"set {name} {value}")
            orders[name](value)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
