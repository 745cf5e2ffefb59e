"""What happens in jobs, in the events of 2015.

Each is a name and a body: ``{id, type, cloud, action, progress, data}``, for deltas of what
``GET /resources`` shows, keyed by type, cloud and id.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from dashboard.hosts_app.models import Host
from dashboard.jobs.models import Job, Step
from dashboard.jobs.states import JobState
from dashboard.migrations_app.execution.execute import HALT
from dashboard.migrations_app.ledger import entries_of_object
from dashboard.migrations_app.models import Plan, PlanItem
from dashboard.migrations_app.resources.registry import resource_type

TYPES = {
    "project": "tenant",
    "security_group": "secgroup",
    **{
        name: name
        for name in ("user", "role", "flavor", "keypair", "image", "server", "volume", "network")
    },
    "floating_ip": "floating_ip",
}
"""Type of today -> type of 2015. Of others, 2015 knew nothing."""
KNOWN_BY_NAME = ("keypair", "floating_ip")
HOST_ACTIONS = {"evacuate": "evacuation", "reassign": "reassignment"}
MOVES = ("execute", "rollback")
SOURCE, DESTINATION = "source", "destination"
LAST_OF_SERVER = "power"
RESET = "reset"


class Event(NamedTuple):
    """An event and its body."""

    name: str
    body: dict[str, Any]


def job_started(job: Job) -> Iterator[Event]:
    """Yield what the beginning of a job means."""
    if job.kind == RESET:
        yield Event("reset start", {})
    for subject in _subjects(job):
        yield Event("update", {**subject, "progress": None})


def job_ended(job: Job) -> Iterator[Event]:
    """Yield what the end of a job means; a failure is a line of the log, as in 2015."""
    if job.kind == RESET:
        yield from (Event("reset completed", {"cloud": side}) for side in (SOURCE, DESTINATION))
    for subject in _subjects(job):
        yield Event("update", {**subject, "action": None, "progress": None, **_host_data(job)})
    if job.state != JobState.DONE:
        message = f"{job.title}: {job.get_state_display().lower()}. {job.explanation}".strip()
        level = "warning" if job.state == JobState.CANCELLED else "error"
        yield Event("log", {"level": level, "message": message})


def step_done(step: Step) -> Iterator[Event]:
    """Yield what the success of a step means."""
    if step.job.kind in HOST_ACTIONS:
        yield from _host_step(step)
    elif item := PlanItem.objects.filter(pk=step.params.get("item") or 0).first():
        yield from _item_step(step, item)


def step_progress(step: Step, *, percent: int) -> Iterator[Event]:
    """Yield how far the copy of an image is."""
    item = PlanItem.objects.filter(pk=step.params.get("item") or 0, type="image").first()
    if item and (copy := _copy_of(item)):
        body = {**_key(item, copy, DESTINATION), "action": "uploading", "progress": percent}
        yield Event("update", body)


def _subjects(job: Job) -> Iterator[dict[str, Any]]:
    """Yield what a job is about: key and action."""
    if job.kind in HOST_ACTIONS:
        yield _body(_host_of(job), "host", SOURCE, HOST_ACTIONS[job.kind])
    elif job.kind in MOVES and (plan := Plan.objects.filter(pk=job.params.get("plan")).first()):
        yield _body(plan.tenant_id, "tenant", SOURCE, "migration")
        for name in plan.options.get("only", ()):
            type_, _, id_ = name.partition(":")
            if type_ == "server" and id_ != "*":
                yield _body(id_, "server", SOURCE, "migration")


def _host_of(job: Job) -> str:
    return str(job.params.get("host") or job.subject.rpartition(":")[2])


def _host_data(job: Job) -> dict[str, Any]:
    if job.kind != "evacuate":
        return {}
    return {"data": {"status": "blocked" if job.state == JobState.DONE else "available"}}


def _host_step(step: Step) -> Iterator[Event]:
    host = _host_of(step.job)
    if step.action == "close":
        yield Event("update", {**_body(host, "host", SOURCE), "data": {"status": "blocked"}})
    elif "server" in step.params:
        yield Event("update", _body(step.params["server"], "server", SOURCE, ""))
    elif step.job.kind == "reassign" and step.action == "remove":
        yield Event("delete", _body(host, "host", SOURCE))
    elif step.job.kind == "reassign" and step.action == "join":
        yield from _arrived(step.job)


def _arrived(job: Job) -> Iterator[Event]:
    name = job.reassignment.new_host
    status = "available" if Host.objects.filter(name=name, is_enabled=True).exists() else "blocked"
    data = {"id": name, "name": name, "status": status}
    yield Event("create", {**_body(name, "host", DESTINATION), "data": data})


def _item_step(step: Step, item: PlanItem) -> Iterator[Event]:
    if item.type not in TYPES:
        return
    if step.action == "finalize":
        yield Event("delete", _key(item, item.source_id, SOURCE))
    elif step.job.kind == "rollback":
        if step.action == "create" and (copy := _copy_of(item)):
            yield Event("delete", _key(item, copy, DESTINATION))
    elif item.type == "server" and step.action == HALT:
        yield Event("update", {**_key(item, item.source_id, SOURCE), "action": "migration"})
    elif copy := _copy_of(item):
        yield from _copied(step, item, copy)


def _copied(step: Step, item: PlanItem, copy: str) -> Iterator[Event]:
    key = _key(item, copy, DESTINATION)
    stages = [stage.name for stage in resource_type(item.type).stages]
    if step.action == "create":
        action = {"server": "migration", "image": "uploading"}.get(item.type)
        yield Event("create", {**key, "action": action, "data": _data(item, copy)})
    if item.type == "server" and step.action == LAST_OF_SERVER:
        yield Event("update", {**_key(item, item.source_id, SOURCE), "action": None})
        yield Event("update", {**key, "action": None, "progress": None})
        yield Event("server migrated", {"source_id": item.source_id, "destination_id": copy})
    elif item.type == "image" and step.action == stages[-1]:
        yield Event("update", {**key, "action": None, "progress": None})


def _copy_of(item: PlanItem) -> str:
    """Return the id of the copy, "" while there is none."""
    found = entries_of_object(item.plan, item.type, item.source_id)
    return found.values_list("destination_id", flat=True).first() or ""


def _data(item: PlanItem, copy: str) -> dict[str, Any]:
    """Return the record of a copy, as far as it is known without asking the cloud."""
    kept = ("description", "size", "status", "disk_format", "rules", "email", "ram", "vcpus")
    fields = {name: item.fields[name] for name in kept if name in item.fields}
    return {**fields, "id": _id(item, copy), "name": item.name}


def _key(item: PlanItem, id_: str, cloud: str) -> dict[str, Any]:
    return _body(_id(item, id_), TYPES[item.type], cloud)


def _id(item: PlanItem, id_: str) -> str:
    return item.name if item.type in KNOWN_BY_NAME else id_


def _body(id_: str, type_: str, cloud: str, action: str | None = None) -> dict[str, Any]:
    return {"id": id_, "type": type_, "cloud": cloud, "action": action}
