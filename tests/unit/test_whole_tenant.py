"""A whole tenant moves between two clouds in memory and back, by the product's own jobs.

``tests/moves`` goes more ways, and has what else may happen to a tenant.
"""

from tests.support.cloud.there_and_back import SLOWLY, ThereAndBack, by, journey  # noqa: F401


@by(("queens", "2026.2", SLOWLY))
class TestThereAndBack(ThereAndBack):
    """The longest way."""
