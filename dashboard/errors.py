"""The errors, classified by what the operator can do about them.

Every error that reaches an operator carries one sentence and, if there is one, a fix. This module
imports nothing else of Pumphouse, so that every layer can raise the same few classes.
"""

from datetime import datetime


class PumphouseError(Exception):
    """Base of all errors that Pumphouse raises on purpose.

    ``sentence`` says what happened and ``fix`` what the operator can do. ``request_id`` is
    OpenStack's id of the call, to look up in the cloud's logs.
    """

    def __init__(self, sentence: str, *, fix: str = "", request_id: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.fix = fix
        self.request_id = request_id

    def __str__(self) -> str:
        return f"{self.sentence} {self.fix}".strip()


class BadInput(PumphouseError):
    """The operator's input cannot be used: exit code 2, HTTP 400. Nothing was changed."""


class NotFound(BadInput):
    """The object that the operator named does not exist: exit code 2, HTTP 404."""


class WrongState(BadInput):
    """The object's state does not allow what was asked for: exit code 2, HTTP 409."""


class Conflict(PumphouseError):
    """Something else is using the object: exit code 2, HTTP 409.

    ``job`` is the number of the job that uses it, None if it is not a job.
    """

    def __init__(self, sentence: str, *, fix: str = "", job: int | None = None) -> None:
        super().__init__(sentence, fix=fix)
        self.job = job


class NeedsOperator(PumphouseError):
    """A cloud, a host or Fuel refused; a retry without a change will not help."""


class Retryable(PumphouseError):
    """A temporary failure outside Pumphouse. ``retry_after`` is in seconds, None if unknown."""

    def __init__(
        self,
        sentence: str,
        *,
        fix: str = "",
        request_id: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(sentence, fix=fix, request_id=request_id)
        self.retry_after = retry_after


class Cancelled(PumphouseError):
    """The job was cancelled, or the step's lease was lost, while the step was running."""

    def __init__(self, sentence: str = "The step stopped because its job was cancelled.") -> None:
        super().__init__(sentence)


class NotYet(PumphouseError):
    """What the step waits for has not happened yet: nothing is wrong, and no attempt is counted.

    ``sentence`` says what it waits for, and ``since`` since when, if that is not now. The step is
    claimed again after ``seconds``; until then it holds neither a thread nor a worker.
    """

    def __init__(self, sentence: str, *, seconds: float, since: datetime | None = None) -> None:
        super().__init__(sentence)
        self.seconds = seconds
        self.since = since
