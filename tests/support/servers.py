"""Real servers for tests: MariaDB, PostgreSQL and Redis, each on a free loopback port and a
directory of its own. A missing program fails the tests that need it: they would prove nothing if
skipped."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pymysql
import pytest
import redis

START_SECONDS = 60.0


@pytest.fixture(scope="session")
def mariadb_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of an empty database ``pumphouse``, as DATABASE_URL wants it."""
    program = _program("mariadbd", package="mariadb-server")
    installer = _program("mariadb-install-db", package="mariadb-server")
    home = tmp_path_factory.mktemp("mariadb")
    user = ["--user=root"] if os.geteuid() == 0 else []
    subprocess.run(
        [
            installer,
            "--no-defaults",
            f"--datadir={home}/data",
            "--skip-test-db",
            "--auth-root-authentication-method=normal",
            *user,
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    port = free_port()
    command = [
        program,
        "--no-defaults",
        *user,
        f"--datadir={home}/data",
        "--innodb-buffer-pool-size=32M",
        "--bind-address=127.0.0.1",
        f"--port={port}",
        f"--socket={home}/socket",
        f"--pid-file={home}/pid",
        "--skip-name-resolve",
    ]

    def connect() -> None:
        with pymysql.connect(host="127.0.0.1", port=port, user="root") as connection:
            connection.cursor().execute(
                "CREATE DATABASE IF NOT EXISTS pumphouse CHARACTER SET utf8mb4"
            )

    with _running(command, log=home / "log", ready=connect):
        yield f"mysql://root:@127.0.0.1:{port}/pumphouse"


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """Return the address of an empty database ``pumphouse``, as DATABASE_URL wants it."""
    programs = [*Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    if not programs:
        pytest.fail("postgres is missing: install it (apt-get install postgresql).")
    program = max(programs, key=lambda path: int(path.parts[-3]))
    # it does not run as root, whose folders for tests nobody else may enter
    account = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    with tempfile.TemporaryDirectory(prefix="pumphouse-postgresql-") as folder:
        shutil.chown(folder, account)
        data, port = f"{folder}/data", free_port()
        subprocess.run(
            [
                program.with_name("initdb"),
                "-D",
                data,
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
            ],
            check=True,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            user=account,
        )
        command = [str(program), "-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", folder]
        address = f"postgres://postgres@127.0.0.1:{port}"

        def make_database() -> None:
            with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
                connection.execute("CREATE DATABASE pumphouse")

        with _running(command, log=Path(folder, "log"), ready=make_database, user=account):
            yield f"{address}/pumphouse"


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of an empty Redis, as PUMPHOUSE_BROKER wants it."""
    program = _program("redis-server", package="redis-server")
    home = tmp_path_factory.mktemp("redis")
    port = free_port()
    command = [
        program,
        "--bind",
        "127.0.0.1",
        "--port",
        str(port),
        "--dir",
        str(home),
        "--save",
        "",
    ]
    address = f"redis://127.0.0.1:{port}/0"
    with _running(command, log=home / "log", ready=lambda: redis.from_url(address).ping()):
        yield address


def free_port() -> int:
    """Return a loopback port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _program(name: str, *, package: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if not found:
        pytest.fail(
            f"{name} is missing: install the package {package} (apt-get install {package})."
        )
    return found


@contextmanager
def _running(
    command: list[str], *, log: Path, ready: Callable[[], object], user: str | None = None
) -> Iterator[None]:
    with log.open("wb") as output:
        server = subprocess.Popen(command, stdout=output, stderr=output, user=user)
        try:
            _await(server, ready, log)
            yield
        finally:
            server.terminate()
            server.wait()


def _await(server: subprocess.Popen[bytes], ready: Callable[[], object], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            ready()
            return
        except (OSError, psycopg.Error, pymysql.Error, redis.ConnectionError) as error:
            if server.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"{server.args[0]} did not start: {error}\n{log.read_text()}")
            time.sleep(0.1)
