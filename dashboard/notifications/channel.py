"""What is sent, and the contract of a way to send it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse

from dashboard.jobs.events import Event, Severity


@dataclass(frozen=True, kw_only=True)
class Notification:
    """An event on its way to people.

    ``id`` stays the same when it is sent again, so that a receiver can drop duplicates; ``event``
    is the event's name; ``at`` is when it happened, in ISO 8601; ``job`` is None for a trial.
    """

    id: str
    event: str
    severity: Severity
    sentence: str
    at: str
    job: int | None = None

    @classmethod
    def of(cls, event: Event, *, id: str, at: str, job: int | None = None) -> "Notification":
        """Return the notification of an event."""
        return cls(
            id=id,
            event=event.name,
            severity=event.severity,
            sentence=event.sentence,
            at=at,
            job=job,
        )

    @classmethod
    def stored(cls, params: Mapping[str, Any]) -> "Notification":
        """Return what was stored by ``to_store``."""
        return cls(**{**params, "severity": Severity(params["severity"])})

    def to_store(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)

    @property
    def address(self) -> str:
        """The address of the job's page; "" for a trial, or when Pumphouse does not know its own
        address (PUMPHOUSE_URL)."""
        if self.job is None or not settings.PUMPHOUSE_URL:
            return ""
        return settings.PUMPHOUSE_URL.rstrip("/") + reverse("job", args=[self.job])

    @property
    def text(self) -> str:
        """The sentence and where to read more."""
        more = self.address or (f"(job {self.job})" if self.job else "")
        return f"{self.sentence} {more}".strip()


class Channel:
    """One way to notify people. ``key`` names it in rows and ``label`` on pages; neither shows a
    secret."""

    key: str
    label: str

    def send(self, notification: Notification) -> str:
        """Send it and return in a few words what the receiver answered.

        Raises ``Retryable`` or ``NeedsOperator``. Touches no row, so that any thread may call it.
        """
        raise NotImplementedError
