"""How people log in to the pages, and what those see who have tried too often."""

from typing import Any

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView as DjangoLoginView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from dashboard.errors import PumphouseError

TOO_MANY_REQUESTS = 429


class LoginForm(AuthenticationForm):
    """Name and password. What keeps Fuel from saying whether they are right is an error too."""

    error_messages = {
        "invalid_login": "That name and password do not belong together.",
        "inactive": "That name and password do not belong together.",
    }

    def clean(self) -> dict[str, Any]:
        """Ask who it is."""
        try:
            return super().clean()
        except PumphouseError as error:
            raise ValidationError(str(error)) from None


class LoginView(DjangoLoginView):
    """The page that asks for them."""

    form_class = LoginForm
    redirect_authenticated_user = True


def answer_locked_out(
    request: HttpRequest, _response: HttpResponse, _credentials: dict[str, Any]
) -> HttpResponse:
    """Report whoever has failed too often for how long it is of no use to try again."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    error = "There were too many wrong passwords for this account."
    fix = f"Wait {minutes} minutes, or ask an admin of Pumphouse."
    if request.path.startswith("/api/"):
        return JsonResponse({"error": error, "fix": fix}, status=TOO_MANY_REQUESTS)
    context = {"locked_out": f"{error} {fix}"}
    return render(request, "registration/login.html", context, status=TOO_MANY_REQUESTS)
