"""MariaDB and RabbitMQ: one of each, with databases and a virtual host per cloud."""

import json
import subprocess

from lab.clouds import (
    CLOUDS,
    EPMD_PORT,
    MARIADB_PORT,
    RABBITMQ_DISTRIBUTION_PORT,
    RABBITMQ_PORT,
    shifted,
)
from lab.passwords import password
from lab.places import log_directory, run_directory, write_private
from lab.processes import (
    clean_environment,
    kill,
    listens,
    note,
    pids,
    refuse_taken,
    run,
    start,
    wait_until,
)

GROUP = "infrastructure"
PROCESSES = ("mariadb", "rabbitmq")


def sql(statement: str, *, database: str = "") -> str:
    """Run SQL as the database's root. Return rows as lines, with columns separated by tabs.

    A cloud's databases are <cloud>_keystone, _nova, _nova_api, _nova_cell0, _neutron and so on.
    """
    socket = f"--socket={run_directory()}/mysql.sock"
    command = ["mariadb", "--no-defaults", socket, "--user=root", "--skip-column-names", "--batch"]
    return run([*command, "--execute", statement, *([database] if database else [])])


def up() -> None:
    """Start what is not running, and grant the clouds access."""
    running = pids(GROUP)
    if not running.get("mariadb"):
        _start_mariadb()
    if not running.get("rabbitmq"):
        _start_rabbitmq()
    wait_until("MariaDB", lambda: sql("select 1"), group=GROUP)
    for cloud in CLOUDS:
        secret = password(cloud, use="database")
        sql(
            f"create user if not exists '{cloud}'@'%' identified by '{secret}';"
            f"grant all on `{cloud}\\_%`.* to '{cloud}'@'%'"
        )
    wait_until("RabbitMQ", lambda: listens(shifted(RABBITMQ_PORT)), group=GROUP)
    note("infrastructure up")


def down() -> None:
    """Stop both, and epmd, which is not in RabbitMQ's session and would survive it."""
    kill(GROUP, PROCESSES)
    subprocess.run(
        ["epmd", "-port", str(shifted(EPMD_PORT)), "-kill"], capture_output=True, check=False
    )
    note("infrastructure down")


def _start_mariadb() -> None:
    refuse_taken(shifted(MARIADB_PORT), "MariaDB")
    data = run_directory() / "mysql"
    if not data.is_dir():
        run(
            [
                "mariadb-install-db",
                "--no-defaults",
                f"--datadir={data}",
                "--user=root",
                "--skip-test-db",
                "--auth-root-authentication-method=socket",
            ],
            cwd=run_directory(),
        )
    command = [
        "mariadbd",
        "--no-defaults",
        f"--datadir={data}",
        "--user=root",
        f"--socket={run_directory()}/mysql.sock",
        f"--pid-file={run_directory()}/mysql.pid",
        "--bind-address=127.0.0.1",
        f"--port={shifted(MARIADB_PORT)}",
        "--max-connections=800",
        "--innodb-buffer-pool-size=256M",
        # Durability is not needed here and would take most of the time.
        "--innodb-flush-log-at-trx-commit=0",
        "--skip-innodb-doublewrite",
        "--performance-schema=OFF",
        "--skip-name-resolve",
        "--character-set-server=utf8mb3",
        "--collation-server=utf8mb3_general_ci",
    ]
    start(GROUP, "mariadb", command, _environment())


def _start_rabbitmq() -> None:
    refuse_taken(shifted(RABBITMQ_PORT), "RabbitMQ")
    directory = run_directory() / "rabbitmq"
    definitions = directory / "definitions.json"
    # Definitions create the users and virtual hosts, so that rabbitmqctl is not needed.
    write_private(definitions, json.dumps(_definitions()))
    configuration = (
        f"listeners.tcp.1 = 127.0.0.1:{shifted(RABBITMQ_PORT)}",
        f"load_definitions = {definitions}",
        "vm_memory_high_watermark.absolute = 1GB",
        "disk_free_limit.absolute = 50MB",
        "log.file.level = warning",
    )
    write_private(directory / "rabbitmq.conf", "\n".join(configuration) + "\n")
    write_private(directory / "enabled_plugins", "[].\n")
    # The script in /usr/sbin requires the user rabbitmq; this one does not.
    start(GROUP, "rabbitmq", ["/usr/lib/rabbitmq/bin/rabbitmq-server"], _rabbitmq_environment())


def _definitions() -> dict[str, object]:
    everything = {"configure": ".*", "write": ".*", "read": ".*"}
    return {
        "users": [
            {"name": cloud, "password": password(cloud, use="message_bus"), "tags": ""}
            for cloud in CLOUDS
        ],
        "vhosts": [{"name": cloud} for cloud in CLOUDS],
        "permissions": [{"user": cloud, "vhost": cloud, **everything} for cloud in CLOUDS],
    }


def _rabbitmq_environment() -> dict[str, str]:
    directory = run_directory() / "rabbitmq"
    # By default RabbitMQ also opens epmd and a port for clustering on all interfaces. "+sbwt none"
    # keeps Erlang's schedulers from spinning on a machine with few cores.
    arguments = (
        "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none"
    )
    return _environment() | {
        "HOME": str(directory),
        "RABBITMQ_NODENAME": "pumphouse-lab@localhost",
        "RABBITMQ_CONFIG_FILE": str(directory / "rabbitmq"),
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        "RABBITMQ_MNESIA_BASE": str(directory / "database"),
        "RABBITMQ_LOG_BASE": str(log_directory(GROUP)),
        "RABBITMQ_PID_FILE": str(directory / "pid"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(directory / "enabled_plugins"),
        "RABBITMQ_DIST_PORT": str(shifted(RABBITMQ_DISTRIBUTION_PORT)),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": arguments,
        "ERL_MAX_PORTS": "4096",
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_EPMD_PORT": str(shifted(EPMD_PORT)),
    }


def _environment() -> dict[str, str]:
    environment = clean_environment()
    return environment | {"PATH": environment.get("PATH", "") + ":/usr/sbin:/sbin"}
