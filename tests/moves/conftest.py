"""What tests of whole moves share."""

from tests.support.cloud.planned import begun, move, planned  # noqa: F401 - fixtures
from tests.support.in_memory import clouds, own_secrets, short_pauses  # noqa: F401
