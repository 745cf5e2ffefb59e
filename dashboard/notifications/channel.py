"""What is told, and the contract of a way to tell it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse

from dashboard.jobs.notifications import News, Tone


@dataclass(frozen=True, kw_only=True)
class Notice:
    """News on its way. ``id`` is the same each time that it is sent, so that a receiver can tell
    a repetition; ``at`` is when it happened, in ISO 8601; ``job`` is None for a trial."""

    id: str
    event: str
    tone: Tone
    sentence: str
    at: str
    job: int | None = None

    @classmethod
    def of(cls, news: News, *, id: str, at: str, job: int | None = None) -> "Notice":
        """Make a notice of news."""
        return cls(id=id, event=news.event, tone=news.tone, sentence=news.sentence, at=at, job=job)

    @classmethod
    def stored(cls, params: Mapping[str, Any]) -> "Notice":
        """Restore what ``to_store`` gave."""
        return cls(**{**params, "tone": Tone(params["tone"])})

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
    """One way to tell people something. ``key`` names it in rows and ``label`` on pages; neither
    shows a secret."""

    key: str
    label: str

    def tell(self, notice: Notice) -> str:
        """Send it, and give in a few words what was answered.

        Raises ``Retryable`` or ``NeedsOperator``. Touches no row, so that any thread may call it.
        """
        raise NotImplementedError
