"""The entry point ``pumphouse-bm [CONFIG] [-i INVENTORY] [-e ENV_ID] HOST`` of 2015."""

import os
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from dashboard.cli.main import is_configuration
from dashboard.cli.main import main as run_pumphouse

INVENTORY = ("-i", "--inventory")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``pumphouse bm``; the inventory is a setting, so that all that it starts reads it."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    for place, (flag, value) in enumerate(pairwise(given)):
        if flag in INVENTORY:
            os.environ["PUMPHOUSE_INVENTORY"] = str(Path(value).absolute())
            del given[place : place + 2]
            break
    configuration = given[:1] if given and is_configuration(given[0]) else []
    return run_pumphouse([*configuration, "bm", *given[len(configuration) :]])


if __name__ == "__main__":
    sys.exit(main())
