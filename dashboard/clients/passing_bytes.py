"""Bytes on their way from one cloud to the other: hashed, counted, and within limits."""

import hashlib
from collections.abc import Callable, Iterator

from dashboard.errors import Retryable

Progress = Callable[[int, int, str], None]
Check = Callable[[], None]


class PassingBytes:
    """The bytes of something on their way through.

    It has a length, so that requests sends Content-Length, and no ``read``: then urllib3 sends our
    chunks as they are, where it would read files in pieces of 16 KiB. Subclasses say what they are.
    """

    what = "The bytes"

    def __init__(
        self,
        *,
        size: int,
        algorithms: set[str],
        progress: Progress,
        check: Check,
        passing: Callable[[int], None] = lambda _count: None,
    ) -> None:
        self.size = size
        self.hashes = {name: hashlib.new(name, usedforsecurity=False) for name in algorithms}
        self.progress = progress
        self.check = check
        self.passing = passing
        """Waits until so many bytes may pass."""

    def __len__(self) -> int:
        return self.size

    def __iter__(self) -> Iterator[bytes]:
        done = 0
        for chunk in self._chunks():
            self.check()
            self.passing(len(chunk))
            yield chunk
            for each in self.hashes.values():
                each.update(chunk)
            done += len(chunk)
            self.progress(done, self.size, "bytes")
        if done != self.size:
            raise Retryable(f"{self.what} ended after {done} of {self.size}.")

    def _chunks(self) -> Iterator[bytes]:
        raise NotImplementedError
