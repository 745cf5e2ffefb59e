"""Barbican as a WSGI application with the lab's files: it looks for its own in /etc/barbican."""

# Runs in a cloud's own virtual environment, which has the imported packages.
# mypy: ignore-errors
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any


def application() -> Callable[..., Any]:
    """Return the application. Each of its plugins reads the configuration anew."""
    etc = Path(os.environ["OS_BARBICAN_CONFIG_DIR"])
    # where oslo.config looks besides /etc, for snaps
    os.environ["SNAP_COMMON"] = str(etc.parent)
    from paste import deploy

    return deploy.loadapp(f"config:{etc}/barbican/barbican-api-paste.ini")
