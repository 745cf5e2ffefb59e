"""JSON 404 for unknown API paths."""

from typing import Any

from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView
from typing_extensions import override

from dashboard.errors import NotFound


class NotFoundView(APIView):
    """Returns 404 as JSON to any authenticated request, whatever its method."""

    permission_classes = [IsAuthenticated]
    schema = None

    @override
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise NotFound("This path does not exist.", fix="See /api/docs/ for all paths.")
