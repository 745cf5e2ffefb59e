"""Serve one WSGI application on loopback: lab_wsgi.py MODULE:NAME[()] PORT.

Run by the Python of a cloud's virtual environment. NAME() means a factory. The newest releases
come without server scripts of their own; this serves them, and the small services of all releases.
"""

# Runs in a cloud's own virtual environment, where the imports are.
# mypy: ignore-errors
import importlib
import sys
from collections.abc import Callable
from typing import Any


def application(target: str) -> Callable[..., Any]:
    """Import MODULE:NAME, and call it when it is a factory."""
    module, _, name = target.partition(":")
    found = getattr(importlib.import_module(module), name.removesuffix("()"))
    return found() if name.endswith("()") else found


def main(target: str, port: str) -> None:
    """Serve for ever."""
    sys.argv = [target]  # the services parse sys.argv themselves
    served = application(target)
    import waitress  # only now: the service may have monkey-patched the standard library

    # Waitress refuses bodies over 1 GiB by default, and a volume's image is larger than that.
    limit = 1 << 40
    waitress.serve(
        served,
        host="127.0.0.1",
        port=int(port),
        threads=8,
        ident=None,
        max_request_body_size=limit,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
