"""What can go wrong, told apart by what helps.

Every error that reaches an operator carries one sentence and, where there is one, a fix. Nothing
here imports anything else of Pumphouse, so that every layer can raise the same few classes.
"""


class PumphouseError(Exception):
    """Base of all errors that Pumphouse raises on purpose.

    ``sentence`` says what happened, ``fix`` what the operator can do, ``request_id`` is
    OpenStack's own number of the call, for the other cloud's logs.
    """

    def __init__(self, sentence: str, *, fix: str = "", request_id: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.fix = fix
        self.request_id = request_id

    def __str__(self) -> str:
        return f"{self.sentence} {self.fix}".strip()


class BadInput(PumphouseError):
    """What the operator gave cannot be used: exit code 2, HTTP 400. Nothing was changed."""


class NotFound(BadInput):
    """The thing that the operator named does not exist: exit code 2, HTTP 404."""


class Conflict(PumphouseError):
    """Something else holds what is asked for: exit code 2, HTTP 409.

    ``job`` is the number of the job that holds it, None when it is no job.
    """

    def __init__(self, sentence: str, *, fix: str = "", job: int | None = None) -> None:
        super().__init__(sentence, fix=fix)
        self.job = job


class NeedsOperator(PumphouseError):
    """A cloud, a host or Fuel said no; trying again unchanged will not help."""


class Retryable(PumphouseError):
    """A passing fault of the outside world. ``retry_after`` is in seconds, None when not told."""

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
    """The job was cancelled, or its lease was lost, while a step was at work."""

    def __init__(self, sentence: str = "The step stopped because its job was cancelled.") -> None:
        super().__init__(sentence)
