"""Jobs, their steps and their log: these rows are the truth about all long work."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from typing_extensions import override

from dashboard.jobs.group_rows import JobGroup as JobGroup
from dashboard.jobs.states import ACTIVE_JOB_STATES, JobState, Phase, StepState
from dashboard.jobs.worker_rows import CallCount as CallCount
from dashboard.jobs.worker_rows import DataStream as DataStream

AFTER = "after"
"""The parameter with the number of the job that a job cleans up after. That one still needs an
operator."""
GOES_WITH = "goes_with"
"""The parameter of a step that begins a chain with what binds it to others: a server group."""
SERVER = "server"
"""The parameter of such a step with the id and the name of its server, and the key of its halt."""
PREDICTED = "predicted"
"""In that parameter: the seconds for which it is down and the bytes that are copied, at most."""


class Job(models.Model):
    """One piece of long work: its subject, who asked for it, and its state."""

    kind = models.CharField(max_length=40, db_index=True)
    title = models.CharField(max_length=200)
    subject = models.CharField(max_length=190, db_index=True)
    # Equals the subject while the job is active, else null: the database itself then refuses a
    # second active job for the same tenant or host.
    active_subject = models.CharField(max_length=190, null=True, unique=True, editable=False)
    state = models.CharField(max_length=12, choices=JobState, default=JobState.QUEUED)
    params = models.JSONField(default=dict, blank=True)
    hold_before = models.IntegerField(choices=Phase, null=True, blank=True)
    hold_until = models.DateTimeField(null=True, blank=True)
    # while it is held: since when
    held_since = models.DateTimeField(null=True, blank=True, editable=False)
    cancel_requested = models.BooleanField(default=False)
    # how many chains of steps may be under way, null for a job without chains
    chains_at_once = models.PositiveIntegerField(null=True, blank=True)
    # how that number adapts (pace.Pace), null where an operator has chosen it
    pace = models.JSONField(null=True, blank=True)
    # those with which it shares limits
    group = models.ForeignKey(
        JobGroup, null=True, blank=True, on_delete=models.SET_NULL, related_name="jobs"
    )
    # When the job was last put into the queue: keeps the sweep from filling it.
    enqueued_at = models.DateTimeField(null=True, blank=True, editable=False)
    # The later job about the same subject that took its place, and its own number while somebody
    # has dismissed it. Stored, because each page's header counts the failed jobs that none has
    # replaced.
    replaced_by = models.BigIntegerField(null=True, editable=False)
    explanation = models.TextField(blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    launched_from = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["state", "kind"]),
            # in the order of the lists, so that the database stops after one page
            models.Index(fields=["state", "id"], name="jobs_by_state"),
            models.Index(fields=["finished_at"], name="ended_jobs"),
            models.Index(fields=["replaced_by", "state"], name="jobs_in_their_place"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.title}"

    @override
    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store it. A new job replaces those before it, unless it only cleans up after one."""
        is_new = self._state.adding
        super().save(*args, **kwargs)
        if is_new and AFTER not in self.params:
            before = Job.objects.filter(subject=self.subject, pk__lt=self.pk)
            before.filter(replaced_by=None).update(replaced_by=self.pk)

    def get_absolute_url(self) -> str:
        """Return the address of the job's page."""
        return reverse("job", args=[self.pk])

    @property
    def holds_cutover(self) -> bool:
        """Return whether the cutover begins only once the job's hold has ended."""
        return self.hold_before is not None and self.hold_before <= Phase.CUTOVER

    @property
    def why_at_once(self) -> str:
        """Why its number of chains at once is what it is, "" where an operator has chosen it."""
        return str(self.pace["why"]) if self.pace else ""

    @property
    def most_in_group(self) -> int:
        """How many chains all jobs of its group may have at once, 0 without a limit.

        Where they adapt, no more than data streams: more would only be down for longer.
        """
        if self.group is None:
            return 0
        return self.group.chains_at_once or (self.group.streams if self.pace else 0)

    @property
    def group_at_once(self) -> str:
        """The same for people, "" without a limit."""
        return f"at most {self.most_in_group} in all of {self.group}" if self.most_in_group else ""

    @property
    def is_active(self) -> bool:
        """Return whether the job may still change by itself."""
        return self.state in ACTIVE_JOB_STATES


class Step(models.Model):
    """One idempotent piece of a job, claimed by one runner at a time through its lease."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="steps")
    key = models.CharField(max_length=190)
    ordinal = models.IntegerField()
    action = models.CharField(max_length=60)
    title = models.CharField(max_length=250)
    group = models.CharField(max_length=40, blank=True)
    # the steps that go through together, and whether this one begins them
    chain = models.CharField(max_length=190, blank=True, default="")
    opens_chain = models.BooleanField(default=False)
    # of a step that begins a chain: whether somebody holds it, and what goes first, the least
    held = models.BooleanField(default=False)
    rank = models.IntegerField(default=0)
    phase = models.IntegerField(choices=Phase, default=Phase.PREPARE)
    params = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=12, choices=StepState, default=StepState.PENDING)
    # How many of the steps that this one waits for are not finished; it is ready at zero. Counting
    # down keeps the search for ready steps independent of the number of steps.
    blockers = models.IntegerField(default=0)
    attempt = models.IntegerField(default=0)
    # An earlier attempt may have left something behind: the step must look before it acts.
    resumed = models.BooleanField(default=False)
    not_before = models.DateTimeField(null=True, blank=True)
    lease_owner = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    progress_done = models.BigIntegerField(default=0)
    progress_total = models.BigIntegerField(default=0)
    progress_unit = models.CharField(max_length=10, blank=True)
    progress_at = models.DateTimeField(null=True, blank=True)
    # what it waits for while it runs, the state that was last seen in, and since when
    waiting_for = models.CharField(max_length=250, blank=True)
    waiting_state = models.CharField(max_length=80, blank=True)
    waiting_since = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    fix = models.TextField(blank=True)
    request_id = models.CharField(max_length=80, blank=True)
    skip_reason = models.CharField(max_length=250, blank=True)
    # who skipped it, or something that it needs
    skipped_by = models.CharField(max_length=150, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["ordinal"]
        constraints = [models.UniqueConstraint(fields=["job", "key"], name="one_step_a_key")]
        indexes = [
            # In the order in which steps are claimed, so that a claim reads only what it takes.
            models.Index(
                fields=["job", "state", "blockers", "phase", "ordinal"], name="ready_steps"
            ),
            models.Index(fields=["state", "lease_until"], name="expired_leases"),
        ]

    def __str__(self) -> str:
        return self.title


class JobServers(models.Manager["JobServer"]):
    """The steps that begin chains."""

    @override
    def get_queryset(self) -> models.QuerySet["JobServer"]:
        return super().get_queryset().filter(opens_chain=True)


class JobServer(Step):
    """A server in a job: the step that begins its chain. It halts it, or is a hook before that."""

    objects: ClassVar[JobServers] = JobServers()

    class Meta:
        proxy = True

    @override
    def __str__(self) -> str:
        named = self.params.get(SERVER)
        return str(named["name"] if named else self.title.split(" ", 2)[-1])  # "Halt server web-1"

    @property
    def halt_key(self) -> str:
        """The key of the step that halts it; a hook may be called before that."""
        named = self.params.get(SERVER)
        return str(named["halt"] if named else self.key)

    @property
    def source_id(self) -> str:
        """Its id in the source."""
        return self.halt_key.partition(":")[2].partition(":")[0]

    def get_absolute_url(self) -> str:
        """Return the address of the server's page."""
        return reverse("job-server", args=[self.job_id, self.pk])

    @property
    def has_begun(self) -> bool:
        """Return whether its halt was tried, or it was skipped."""
        return self.state != StepState.PENDING or self.attempt > 0 or self.resumed

    @property
    def is_held(self) -> bool:
        """Return whether it is held, or its time has not come."""
        return self.held or (self.not_before is not None and self.not_before > timezone.now())

    @property
    def steps_of_chain(self) -> models.QuerySet[Step]:
        """Return the steps of its chain, in their order."""
        chain = Step.objects.filter(job=self.job_id, chain=self.chain)
        return chain.order_by("ordinal")

    @property
    def together(self) -> models.QuerySet["JobServer"]:
        """Return the servers of its job that wait and go together, with itself: those that share
        a volume, or a server group."""
        same = models.Q(chain=self.chain)
        if group := self.params.get(GOES_WITH):
            same |= models.Q(**{f"params__{GOES_WITH}": group})
        return JobServer.objects.filter(same, job=self.job_id)


class Dependency(models.Model):
    """``step`` waits for ``needs``.

    When ``needs`` is skipped, a hard dependency skips ``step`` too: without the network there is no
    port. A soft one is only an order: a user's password is restored after every step that acts as
    that user.
    """

    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="dependencies")
    needs = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="dependents")
    hard = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.step_id} after {self.needs_id}"


class LogLevel(models.IntegerChoices):
    """The level of a log line; the numbers are those of Python's logging."""

    DEBUG = 10, "Debug"
    INFO = 20, "Info"
    SUCCESS = 25, "Success"
    WARNING = 30, "Warning"
    ERROR = 40, "Error"


class LogLine(models.Model):
    """One line of a job's log, written at once and with secrets masked."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="log")
    step = models.ForeignKey(Step, null=True, blank=True, on_delete=models.CASCADE)
    level = models.IntegerField(choices=LogLevel, default=LogLevel.INFO)
    message = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["job", "id"])]

    def __str__(self) -> str:
        return self.message


class LogChunk(models.Model):
    """Consecutive lines of all logs that are in the index of words (``log_index``)."""

    first = models.BigIntegerField(unique=True)
    last = models.BigIntegerField(unique=True)

    def __str__(self) -> str:
        return f"lines {self.first} to {self.last}"


class LogWord(models.Model):
    """That a chunk has a line of a job with a word, or of a level, as a number."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, db_index=False, related_name="+")
    code = models.BigIntegerField()
    chunk = models.ForeignKey(LogChunk, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "code", "chunk"], name="one_row_a_word")
        ]

    def __str__(self) -> str:
        return f"{self.code} in {self.chunk_id}"


class Runner(models.Model):
    """A worker that runs a job; the sweep and the watchdog see by ``seen_at`` that it lives."""

    owner = models.CharField(max_length=100, unique=True)
    host = models.CharField(max_length=80)
    process_id = models.IntegerField()
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="runners")
    started_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.owner
