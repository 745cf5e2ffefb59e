"""What the tests of verbs share."""

from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator


@pytest.fixture(scope="session")
def schema() -> dict[str, Any]:
    """Return the API's schema, which takes half a second to draw up."""
    drawn_up: dict[str, Any] = SchemaGenerator().get_schema(public=True)
    return drawn_up
