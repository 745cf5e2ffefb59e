"""What the queue and its schedules call by a path that is stored in rows.

These paths do not move when the modules behind them do: a worker of this release understands the
rows that an older one wrote, and the other way round. Each module is imported when it is called, so
that the file itself depends on nothing.
"""


def run_job(job_id: int) -> None:
    """Run a job until nothing of it is ready."""
    from dashboard.jobs.runner import run_job

    run_job(job_id)


def answer_ping() -> None:
    """Show that this worker takes work."""
    from dashboard.jobs.queue import answer_ping

    answer_ping()


def sweep() -> None:
    """Enqueue again what nobody looks after."""
    from dashboard.jobs.sweeping import sweep

    sweep()


def discover_environments() -> None:
    """Read Fuel's environments, when that is due."""
    from dashboard.hosts_app.fuel.environments import discover_when_due

    discover_when_due()


def register_links() -> None:
    """Show the links to Pumphouse in Fuel, when that is due."""
    from dashboard.hosts_app.fuel.links import register_when_due

    register_when_due()


def watch_stretches() -> None:
    """Look at the gateways of stretched networks, when that is due."""
    from dashboard.migrations_app.stretch.schedule import watch_when_due

    watch_when_due()
