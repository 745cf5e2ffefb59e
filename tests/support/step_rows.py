"""The steps of a job that moves a tenant, as rows: how many of each type, and how far they are."""

from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone

from dashboard.jobs.models import Dependency, Job, Step
from dashboard.jobs.states import JobState, Phase, StepState

GIB = 1024**3

# type -> how many, and the types that each of it waits for
SHAPE: dict[str, tuple[int, tuple[str, ...]]] = {
    "project": (1, ()),
    "user": (4, ("project",)),
    "role_assignment": (5, ("user",)),
    "flavor": (3, ("project",)),
    "keypair": (3, ("user",)),
    "image": (4, ("project",)),
    "network": (3, ("project",)),
    "subnet": (4, ("network",)),
    "router": (2, ("subnet",)),
    "security_group": (5, ("project",)),
    "port": (10, ("subnet", "security_group")),
    "floating_ip": (4, ("port", "router")),
    "volume": (5, ("project",)),
    "server": (8, ("port", "volume", "image", "flavor", "keypair")),
}


def source_id(kind: str, number: int) -> str:
    """Return the id of an object on the old cloud."""
    return f"0f3a{number:04d}-{list(SHAPE).index(kind):04d}-4b1e-9c55-a1b2c3d4e5f6"


def let_steps_wait(job: Job) -> None:
    """Make a running step of a job wait for a cloud, and another one for its next attempt."""
    now = timezone.now()
    waiting, retried = job.steps.filter(state=StepState.RUNNING)[:2]
    waiting.waiting_for = "pumphouse-volume-0f3a0001-snapshot to become available"
    waiting.waiting_state, waiting.waiting_since = "creating", now - timedelta(minutes=9)
    retried.state, retried.not_before = StepState.PENDING, now + timedelta(minutes=2)
    retried.error = "Cloud new does not answer at http://new.example:9292/v2: Connection refused."
    retried.fix = "Check that its Image service runs and can be reached from here."
    for step in (waiting, retried):
        step.save()


def steps_of(job: Job) -> list[Step]:
    """Return the steps of a job, which are not stored yet, as they are in its state."""
    kinds = [(kind, number) for kind, (count, _) in SHAPE.items() for number in range(1, count + 1)]
    return [_step(job, ordinal, *each) for ordinal, each in enumerate(kinds)]


def _step(job: Job, ordinal: int, kind: str, number: int) -> Step:
    state = _state_of(job, kind, ordinal)
    began = (job.started_at or timezone.now()) + timedelta(seconds=ordinal * 3)
    step = Step(
        job=job,
        key=f"{kind}:{source_id(kind, number)}:create",
        ordinal=ordinal,
        action="create",
        title=f"Create {kind.replace('_', ' ')} {kind.replace('_', '-')}-{number}",
        group=kind,
        phase=Phase.CUTOVER if kind in ("server", "floating_ip") else Phase.PREPARE,
        params={},
        state=state,
    )
    if state != StepState.PENDING:
        step.started_at, step.attempt = began, 1
    if state == StepState.DONE:
        step.finished_at = began + timedelta(seconds=2 + ordinal % 7)
    if kind in ("image", "volume"):
        step.progress_unit, step.progress_total = "bytes", 2 * GIB
        step.progress_done = {StepState.DONE: 2 * GIB, StepState.RUNNING: GIB}.get(state, 0)
    return step


def _state_of(job: Job, kind: str, ordinal: int) -> StepState:
    if job.state == JobState.DONE or (job.state == JobState.FAILED and kind != "server"):
        return StepState.DONE
    if job.state == JobState.QUEUED or kind in ("server", "floating_ip"):
        return StepState.PENDING
    if job.state == JobState.RUNNING and kind == "volume":
        return StepState.RUNNING
    return StepState.DONE


def dependencies_of(stored: Iterable[Step]) -> list[Dependency]:
    """Return what the stored steps of a job wait for."""
    steps: dict[str, list[Step]] = {kind: [] for kind in SHAPE}
    for step in stored:
        steps[step.group].append(step)
    return [
        Dependency(step=step, needs=steps[needed][index % len(steps[needed])])
        for kind, (_, needs) in SHAPE.items()
        for needed in needs
        for index, step in enumerate(steps[kind])
    ]
