"""Answers what ipmi_sim asks about a host: question.py DIRECTORY get power|boot...

It is asked at every status, often for many hosts at once, and so imports next to nothing; orders
go on to chassis.py, whose files it reads.
"""

import os
import sys

KNOWN = {"power": "0", "boot": "none"}


def main(directory: str, action: str, *arguments: str) -> int:
    """Print the values asked for, or hand an order over."""
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
    """The file of that name, or how a new host is."""
    try:
        with open(f"{directory}/{name}") as file:  # noqa: PTH123
            return file.read()
    except FileNotFoundError:
        return KNOWN[name]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
