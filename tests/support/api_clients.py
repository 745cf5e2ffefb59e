"""Clients of the API."""

from rest_framework.test import APIClient

from tests.support import rows


def as_role(role: str) -> APIClient:
    """Return the client of a user who has a role."""
    client = APIClient()
    client.force_authenticate(rows.user_with(role))
    return client
