"""What tests of upgrades share."""

from tests.support.in_memory import own_secrets, short_pauses  # noqa: F401 - fixtures
