"""``pumphouse up``: the web server and the workers under one parent."""

import logging
import signal
import socket
import ssl
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.db import connection

from dashboard.cli.supervised import Supervised, adopt_orphans
from dashboard.errors import BadInput
from dashboard.jobs.queue import ANSWERS_TO, ping
from dashboard.jobs.queue_watchdog import QueueWatch, busy_workers
from dashboard.jobs.sweeping import sweep
from dashboard.whole_numbers import whole_number

TICK_SECONDS = 0.5
SWEEP_SECONDS = 5.0
STOP_SECONDS = 15.0
WEB_PROCESSES = 2
HEADER_SECONDS = 10
"""The longest time until a request's headers are here, and between two requests."""
GRACEFUL_SECONDS = 10
HIGHEST_PORT = 65535

logger = logging.getLogger(__name__)


def run_up(
    *, bind: str = "127.0.0.1:5000", workers: int | None = None, hosts: Sequence[str] = ()
) -> int:
    """Serve the dashboard at ``host:port`` and run the workers until SIGTERM or Ctrl-C.

    ``hosts`` are names that it is served for beside those of the settings.

    Returns the exit code. Raises ``BadInput`` if the address is taken or the certificate cannot be
    used. The database is up to date: that is seen to before any command runs.
    """
    _check_address(bind)
    _check_certificate(settings.TLS_CERTIFICATE, settings.TLS_KEY)
    adopt_orphans()
    with tempfile.TemporaryDirectory(prefix="pumphouse-") as directory:
        parent = Parent(
            bind=bind,
            workers=workers or settings.WORKERS,
            hosts=hosts,
            ping_file=Path(directory) / "answered",
        )
        return parent.run()


class Parent:
    """Keeps the web server and the workers alive, sweeps, and watches that workers take work."""

    def __init__(
        self, *, bind: str, workers: int, ping_file: Path, hosts: Sequence[str] = ()
    ) -> None:
        self._bind = bind
        self._workers = workers
        self._ping_file = ping_file
        self._answered = 0.0
        self._swept_at = 0.0
        self._told_to_stop = False
        self._web = Supervised(
            "the web server",
            _web_command(bind),
            environment={"PUMPHOUSE_HOSTS": ",".join([*settings.ALLOWED_HOSTS, *hosts])},
        )
        self._queue = Supervised(
            "the workers",
            [sys.executable, "-m", "dashboard.cli.queue_workers"],
            environment={"PUMPHOUSE_WORKERS": str(workers), ANSWERS_TO: str(ping_file)},
            ends_by=signal.SIGKILL,
        )
        self._watch = QueueWatch(workers=workers, free_since=time.monotonic())

    def run(self) -> int:
        """Start both, look after them until told to stop, and leave no process behind."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._handle_signal)
        try:
            self._web.start()
            self._queue.start()
            scheme = "https" if settings.TLS_CERTIFICATE else "http"
            address = f"{scheme}://{self._bind}/"
            print(f"Pumphouse is at {address} with {self._workers} workers.", flush=True)
            while not self._told_to_stop:
                self._look_after()
                time.sleep(TICK_SECONDS)
        finally:
            self._web.stop(seconds=STOP_SECONDS)
            self._queue.stop(seconds=STOP_SECONDS)
        return 0

    def _handle_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._told_to_stop = True

    def _look_after(self) -> None:
        self._web.revive()
        if self._queue.revive():
            self._watch_anew()
        try:
            self._sweep()
            self._watch_queue()
        except Exception as error:  # of the database or of any broker; the parent must live on
            logger.warning("Skip a sweep, the database or the broker does not answer: %s", error)
            connection.close()
            # Silence now says nothing about the workers, and what they are at goes on.
            self._watch.free_since = time.monotonic()

    def _sweep(self) -> None:
        now = time.monotonic()
        if now - self._swept_at >= SWEEP_SECONDS:
            self._swept_at = now
            sweep()
            busy = busy_workers(self._queue.group)
            self._watch.observe(now=now, busy=busy, answered_at=self._last_answer(now))

    def _watch_queue(self) -> None:
        now = time.monotonic()
        if self._watch.is_stuck(now=now):
            logger.error("Restart the workers, which have stopped taking work")
            self._queue.stop(seconds=STOP_SECONDS)
            self._queue.start()
            self._watch_anew()
        elif self._watch.owes_ping(now=now):
            self._watch.pinged_at = now
            ping()

    def _watch_anew(self) -> None:
        self._watch = QueueWatch(workers=self._workers, free_since=time.monotonic())

    def _last_answer(self, now: float) -> float:
        """Return when the ping file was last seen to have changed, on the monotonic clock."""
        try:
            answered = self._ping_file.stat().st_mtime
        except FileNotFoundError:
            return self._watch.answered_at
        if answered == self._answered:
            return self._watch.answered_at
        self._answered = answered
        return now


def _web_command(bind: str) -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn", "dashboard.web.application"),
        *("--bind", bind),
        *("--worker-class", "dashboard.web.worker.Worker"),
        *("--workers", str(WEB_PROCESSES)),
        *("--keep-alive", str(HEADER_SECONDS)),
        *("--graceful-timeout", str(GRACEFUL_SECONDS)),
        *("--asgi-lifespan", "off", "--no-control-socket"),
        "--preload",  # the processes share the memory of what is loaded before they fork
        *("--log-level", "warning"),
        *_tls_options(),
    ]


def _tls_options() -> list[str]:
    if not settings.TLS_CERTIFICATE:
        return []
    return ["--certfile", settings.TLS_CERTIFICATE, "--keyfile", settings.TLS_KEY]


def _check_address(bind: str) -> None:
    host, _, text = bind.rpartition(":")
    port = whole_number(text)
    if not host or port is None or port > HIGHEST_PORT:
        raise BadInput(f"{bind!r} is not an address.", fix="Give host:port, as 127.0.0.1:5000.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except OSError as error:
            raise BadInput(
                f"Cannot listen at {bind}: {error.strerror}.", fix="Choose another with --bind."
            ) from None


def _check_certificate(certificate: str, key: str) -> None:
    """Load both files: a web server that cannot is started again and again."""
    if not certificate:
        return
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
            certificate, key or None
        )
    except OSError as error:
        why = "they are no pair in PEM" if isinstance(error, ssl.SSLError) else error.strerror
        raise BadInput(
            f"The certificate {certificate} and the key {key} cannot be used: {why}.",
            fix="Correct PUMPHOUSE_TLS_CERTIFICATE and PUMPHOUSE_TLS_KEY.",
        ) from None
