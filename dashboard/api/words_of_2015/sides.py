"""Which clouds are the source and the destination of the routes of 2015."""

from rest_framework import status
from rest_framework.exceptions import APIException

from dashboard.errors import PumphouseError
from dashboard.hosts_app.clouds import source_and_destination
from dashboard.hosts_app.models import Cloud


class NoDestination(APIException):
    """There is nothing to move to: 403, as in 2015."""

    status_code = status.HTTP_403_FORBIDDEN

    def __init__(self, error: PumphouseError) -> None:
        super().__init__(error.sentence)
        self.fix = error.fix


def both_clouds() -> tuple[Cloud, Cloud]:
    """Return source and destination. Raises ``NoDestination`` where one of them is unknown."""
    try:
        return source_and_destination(None, None)
    except PumphouseError as error:
        raise NoDestination(error) from None
