"""The command line inside the test's process."""

from dashboard.cli import command_line


def run(*arguments: str) -> int:
    """Run a command and return its exit code."""
    return command_line.run(arguments)
