"""Serves one WSGI application on loopback: lab_wsgi.py MODULE:NAME[()] PORT.

Run it with the Python of a cloud's virtual environment. NAME() means a factory. The newest releases
have no server scripts of their own; this serves them, and the small services of all releases.
"""

# Runs in a cloud's own virtual environment, which has the imported packages.
# mypy: ignore-errors
import importlib
import sys
from collections.abc import Callable
from typing import Any


def application(target: str) -> Callable[..., Any]:
    """Return the object MODULE:NAME, or the result of the factory MODULE:NAME()."""
    module, _, name = target.partition(":")
    found = getattr(importlib.import_module(module), name.removesuffix("()"))
    return found() if name.endswith("()") else found


def main(target: str, port: str) -> None:
    """Serve forever."""
    sys.argv = [target]  # the services parse sys.argv themselves
    served = application(target)
    import waitress  # only now: the service may have monkey-patched the standard library

    # By default waitress refuses bodies over 1 GiB, and a volume's image can be larger.
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
