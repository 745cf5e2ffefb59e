"""What the API answers below addresses that there are not."""

from typing import Any

from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from dashboard.errors import NotFound


class MissingView(APIView):
    """Answers 404 as JSON to those who have logged in, whatever the method."""

    permission_classes = [IsAuthenticated]
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse, once it is known who asks."""
        super().initial(request, *args, **kwargs)
        raise NotFound(
            f"There is nothing at {request.path}.", fix="/api/docs/ lists the addresses there are."
        )
