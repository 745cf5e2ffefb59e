"""A network and services that fail now and then: one call in twenty, each in another way."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict

SHARE = 0.05
SLOW_SECONDS = 3
Send = Callable[..., requests.Response]
STATUSES: dict[str, tuple[int, dict[str, str]]] = {
    "500": (500, {}),
    "503": (503, {"Retry-After": "1"}),
    "429": (429, {"Retry-After": "1"}),
}
FAULTS = (*STATUSES, "reset", "lost", "slow")


class FlakyNetwork:
    """Breaks calls, as the numbers of a seed have it; ``faults`` counts what it did."""

    def __init__(self, seed: int, send: Send, sleep: Callable[[float], None]) -> None:
        self.faults: Counter[str] = Counter()
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._send, self._sleep = send, sleep

    def send(
        self, adapter: HTTPAdapter, request: requests.PreparedRequest, **options: Any
    ) -> requests.Response:
        """Do a call, or fail it before or after it was done."""
        fault = self._next()
        if fault in STATUSES:
            return _answer(request, *STATUSES[fault])
        if fault == "reset":
            raise _broken(request)
        if fault == "slow":
            self._sleep(SLOW_SECONDS)
        response = self._send(adapter, request, **options)
        if fault == "lost":
            response.close()
            raise _broken(request)
        return response

    def _next(self) -> str:
        with self._lock:
            fault = self._random.choice(FAULTS) if self._random.random() < SHARE else ""
            self.faults.update([fault] if fault else [])
            return fault


@contextmanager
def flaky_network(
    seed: int, *, sleep: Callable[[float], None] = time.sleep
) -> Iterator[Counter[str]]:
    """Make calls of all clients fail while inside; yields how often each fault has occurred."""
    network = FlakyNetwork(seed, HTTPAdapter.send, sleep)

    def send(
        adapter: HTTPAdapter, request: requests.PreparedRequest, **options: Any
    ) -> requests.Response:
        return network.send(adapter, request, **options)

    with patch.object(HTTPAdapter, "send", send):
        yield network.faults


def _broken(request: requests.PreparedRequest) -> requests.ConnectionError:
    return requests.ConnectionError("Connection aborted: reset by peer", request=request)


def _answer(
    request: requests.PreparedRequest, status: int, headers: dict[str, str]
) -> requests.Response:
    response = requests.Response()
    response.status_code, response.reason = status, "Out of order"
    response.url, response.request = str(request.url), request
    response.headers = CaseInsensitiveDict({"Content-Type": "text/plain", **headers})
    response._content = b"The service is out of order."
    response._content_consumed = True  # type: ignore[attr-defined]
    return response
