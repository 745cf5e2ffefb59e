"""A whole tenant moves between clouds of other releases and back, or while answers are lost."""

from tests.support.cloud.there_and_back import ANSWERS, RECORDS, ThereAndBack, by, journey  # noqa: F401


@by(
    ("2023.1", "2026.2", ""),
    ("2026.2", "2023.1", ""),
    ("2026.2", "queens", ""),
    ("2025.1", "2025.1", ANSWERS),
    ("2026.2", "2026.2", RECORDS),
)
class TestThereAndBack(ThereAndBack):
    """The ways that ``tests/unit`` does not go."""
