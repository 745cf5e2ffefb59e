"""Docker's HEALTHCHECK: the exit code tells whether this container's pages respond."""

import os
import ssl
import sys
import urllib.error
import urllib.request

SECONDS = 8


def main() -> int:
    """Query the container's own URL; the name in its certificate does not matter here."""
    encrypted = bool(os.environ.get("PUMPHOUSE_TLS_CERTIFICATE"))
    port = os.environ["PUMPHOUSE_BIND"].rpartition(":")[2]
    address = f"{'https' if encrypted else 'http'}://127.0.0.1:{port}/alive/"
    host = os.environ.get("PUMPHOUSE_HOSTS", "localhost").partition(",")[0]
    request = urllib.request.Request(address, headers={"Host": host})  # noqa: S310
    trusting = ssl._create_unverified_context()  # noqa: S323
    try:
        urllib.request.urlopen(request, context=trusting, timeout=SECONDS).close()  # noqa: S310
    except urllib.error.HTTPError as error:
        return _unwell(f"{address} responds with {error.code}.")
    except OSError as error:
        return _unwell(f"{address} does not respond: {error}")
    return 0


def _unwell(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
