"""What the tests of these pages share."""

import pytest
from django.test import Client

from dashboard.hosts_app.models import Cloud
from tests.support import rows


@pytest.fixture
def clouds() -> tuple[Cloud, Cloud]:
    return rows.two_clouds()


@pytest.fixture
def client() -> Client:
    """Return the pages as an operator."""
    client = Client()
    client.force_login(rows.user_with("operator"))
    return client
