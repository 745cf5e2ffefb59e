"""What a bundle says of the installation: versions, settings without secrets, and limits."""

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from django.conf import settings
from django.db import connection

from dashboard import secrets
from dashboard.jobs.models import Job

PACKAGES = (
    "pumphouse",
    "Django",
    "django-q2",
    "djangorestframework",
    "keystoneauth1",
    "openstacksdk",
)
TOLD = (
    "ALLOWED_HOSTS",
    "CSRF_TRUSTED_ORIGINS",
    "DEBUG",
    "HOME",
    "PUMPHOUSE_BIND",
    "PUMPHOUSE_CONFIG",
    "PUMPHOUSE_FUEL_URL",
    "PUMPHOUSE_INVENTORY",
    "PUMPHOUSE_MAIL_TO",
    "PUMPHOUSE_URL",
    "SESSION_COOKIE_AGE",
    "TIME_ZONE",
    "TRUSTED_PROXIES",
)
"""The settings that help and hold no secret; addresses lose their passwords all the same."""


def versions() -> dict[str, str]:
    """Return the versions of what runs."""
    database = ".".join(map(str, connection.get_database_version()))
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "database": f"{connection.vendor} {database}",
        **{name: _version(name) for name in PACKAGES},
    }


def settings_without_secrets() -> dict[str, Any]:
    """Return the settings that say how the installation works."""
    told = {name: _plain(getattr(settings, name, "")) for name in TOLD}
    database = settings.DATABASES["default"]
    return {
        **told,
        "database": {key: str(database.get(key, "")) for key in ("ENGINE", "HOST", "PORT")},
        "broker": "redis" if "redis" in settings.Q_CLUSTER else "database",
        "webhooks": len(settings.PUMPHOUSE_WEBHOOK_URLS),
        "mail": bool(settings.EMAIL_HOST),
        "middleware": list(settings.MIDDLEWARE),
    }


def limits(job: Job) -> dict[str, Any]:
    """Return what bounds the work of a job."""
    return {
        "workers": settings.WORKERS,
        "step_threads": settings.STEP_THREADS,
        "step_lease_seconds": settings.STEP_LEASE_SECONDS,
        "servers_at_once": job.chains_at_once,
        "servers_at_once_why": job.why_at_once,
        "runners": list(job.runners.values("owner", "host", "process_id", "started_at", "seen_at")),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [secrets.mask(str(each)) for each in value]
    return value if isinstance(value, bool | int) else secrets.mask(str(value))


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
