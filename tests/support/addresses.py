"""Every address of the URL configuration, with rows behind it: a new one is here by itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver

from dashboard.audit.models import Act
from dashboard.campaigns.models import Campaign, Wave
from dashboard.hosts_app.models import Cloud, EnvironmentPlan, FuelEnvironment, Host, HostPlan
from dashboard.jobs.models import Job, JobServer, Step
from dashboard.jobs.states import JobState
from dashboard.migrations_app.models import (
    Plan,
    PlanDifference,
    SavedMappings,
    Tenant,
    TenantFiles,
)
from tests.browser.every_page import every_page
from tests.support import rows

_group = re.compile(r"\(\?P<(\w+)>((?:[^()]|\([^()]*\))*)\)")
_argument = re.compile(r"<(?:\w+:)?(\w+)>")
ROWS: dict[str, type[Model]] = {
    "mappings": SavedMappings,
    "campaigns": Campaign,
    "waves": Wave,
    "clouds": Cloud,
    "environments": FuelEnvironment,
    "environment-plans": EnvironmentPlan,
    "tenants": Tenant,
    "plans": Plan,
    "host-plans": HostPlan,
    "differences": PlanDifference,
    "jobs": Job,
    "steps": Step,
    "job-servers": JobServer,
    "acts": Act,
}
"""The first part of an address -> whose number its rest has."""


@dataclass(frozen=True)
class Address:
    """``name`` as the URL configuration has it, with its namespace, and a path with rows."""

    name: str
    path: str


def make_rows(user: User) -> None:
    """Make a row of everything that an address can be about."""
    every_page(user)
    rows.server_in(_failed_job())
    Act.objects.create(who="ann", origin=Act.Origin.CLI, verb="cancel", target="job 1")
    SavedMappings.objects.create(name="usual", choices={"network:public": "ext-net"})
    texts = {"networks.yml": "resources: []\n"}
    TenantFiles.objects.bulk_create(
        TenantFiles(tenant=tenant, texts=texts) for tenant in Tenant.objects.all()
    )


def every_address() -> list[Address]:
    """Return all addresses. Raises ``LookupError`` for an argument of which nobody said a value."""
    named = dict.fromkeys(_walk(get_resolver().url_patterns, "", ""))
    return [Address(name, _path(pattern)) for name, pattern in named]


def _walk(patterns: Any, before: str, space: str) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        path = f"{before}{_readable(str(pattern.pattern))}"
        if isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name or path}", path
        elif isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _walk(pattern.url_patterns, path, inner)


def _readable(pattern: str) -> str:
    """Write a regular expression as a route; of choices, take the first."""

    def route(group: re.Match[str]) -> str:
        name, choices = group.groups()
        return choices.split("|")[0] if re.fullmatch(r"[a-z|-]+", choices) else f"<{name}>"

    plain = _group.sub(route, pattern).removeprefix("^").removesuffix("$").replace(r"\Z", "")
    return plain.replace("(.*/)?", "teapots/").replace("(?P<url>.*)", "teapots")


def _path(route: str) -> str:
    parts = route.removeprefix("api/").split("/")
    if route.startswith("jobs/<int:job_id>/servers/<"):
        server = JobServer.objects.latest("pk")
        for name, number in (("job_id", server.job_id), ("step_id", server.pk)):
            route = route.replace(f"<int:{name}>", str(number))
    if parts[0] == "admin":
        return f"/{_argument.sub(lambda found: _of_admin(found[1], parts), route)}"
    return f"/{_argument.sub(lambda found: _value(found[1], parts[0]), route)}"


def _value(argument: str, kind: str) -> str:
    host = Host.objects.select_related("cloud").order_by("pk").first()
    tenant = Tenant.objects.select_related("cloud").order_by("pk").last()
    assert host and tenant
    if argument in ("cloud", "cloud_name"):
        return host.cloud.name if kind == "hosts" else tenant.cloud.name
    if argument == "name":
        return host.name if kind == "hosts" else host.cloud.name
    known = {"project_id": tenant.project_id, "host": host.name, "action": "evacuate"}
    known["server_id"] = "0" * 32
    # of a hook that nobody waits for
    known |= {"call_id": "00000000-0000-0000-0000-000000000000", "token": "none"}
    if argument in known:
        return known[argument]
    if argument == "wave_id":
        return str(Campaign.objects.latest("pk").waves.earliest("ordinal").pk)
    if kind == "jobs" and argument == "step_id":  # one of its servers
        return str(_row_of("job-servers").pk)
    if argument in ("pk", *(f"{name}_{end}" for name in _NUMBERED for end in ("id", "pk"))):
        return str(_row_of(kind).pk)
    raise LookupError(f"tests/support/addresses.py knows no value for {argument}.")


_NUMBERED = ("plan", "job", "step", "environment", "campaign")


def _failed_job() -> Job:
    return Job.objects.filter(state=JobState.FAILED, kind="execute").latest("pk")


def _row_of(kind: str) -> Model:
    """Return a row that is where something can be done with it."""
    model: Any = ROWS[kind]
    if model is Job:
        return _failed_job()
    if model is JobServer:
        return JobServer.objects.filter(job=_failed_job()).latest("pk")
    if model is Step:
        return model.objects.filter(state="failed").latest("pk")
    if model is HostPlan:
        return model.objects.filter(state=HostPlan.State.READY).latest("pk")
    if model is FuelEnvironment:
        return model.objects.filter(is_gone=False).latest("pk")
    return model.objects.latest("pk")


def _of_admin(argument: str, parts: list[str]) -> str:
    if argument in ("id", "object_id") and parts[1] != "r":
        row = apps.get_model(parts[1], parts[2]).objects.order_by("pk").first()
        return str(row.pk) if row else "1"
    return {
        "object_id": "1",
        "app_label": "jobs",
        "content_type_id": "1",
        "url": "teapots",
    }[argument]
