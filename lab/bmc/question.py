"""Answers queries of ipmi_sim about a host: question.py DIRECTORY get power|boot...

It runs at every status request, often for many hosts at once, and so imports almost nothing. It
reads the files of chassis.py and passes commands on to it.
"""

import os
import sys

KNOWN = {"power": "0", "boot": "none"}


def main(directory: str, action: str, *arguments: str) -> int:
    """Print the requested values, or pass a command on."""
    if action != "get":
        program = os.path.join(os.path.dirname(__file__), "chassis.py")  # noqa: PTH118, PTH120
        command = [sys.executable, "-S", "-I", program, directory, action, *arguments]
        os.execv(sys.executable, command)
    for name in arguments:
        if name not in KNOWN:
            print(f"Invalid parameter: {name}")
            return 1
        print(f"{name}:{value(directory, name)}")
    return 0


def value(directory: str, name: str) -> str:
    """Return the content of the file, or the value of a new host."""
    try:
        with open(f"{directory}/{name}") as file:  # noqa: PTH123
            return file.read()
    except FileNotFoundError:
        return KNOWN[name]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
