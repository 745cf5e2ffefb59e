"""The entry point ``pumphouse-api [CONFIG]`` of 2015: the same as ``pumphouse [CONFIG] up``."""

import sys
from collections.abc import Sequence

from dashboard.cli.main import is_configuration
from dashboard.cli.main import main as run_pumphouse


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve pages and API and work on jobs until told to stop."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    configuration = given[:1] if given and is_configuration(given[0]) else []
    return run_pumphouse([*configuration, "up", *given[len(configuration) :]])


if __name__ == "__main__":
    sys.exit(main())
