"""What unit tests share."""

from tests.support.cloud.planned import begun, ended, move, moved, planned  # noqa: F401 - fixtures
from tests.support.in_memory import clouds, own_secrets, short_pauses, write  # noqa: F401
