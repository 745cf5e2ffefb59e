"""What unit tests share."""

from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

from tests.support.cloud.planned import begun, ended, move, moved, planned  # noqa: F401 - fixtures
from tests.support.in_memory import clouds, own_secrets, short_pauses, write  # noqa: F401


@pytest.fixture(scope="session")
def schema() -> dict[str, Any]:
    """Return the API's schema, which takes half a second to draw up."""
    drawn_up: dict[str, Any] = SchemaGenerator().get_schema(public=True)
    return drawn_up
