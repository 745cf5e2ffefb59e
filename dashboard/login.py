"""The login page, and the response after too many failed logins."""

from typing import Any

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView as DjangoLoginView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from typing_extensions import override

from dashboard.errors import PumphouseError

INCORRECT = "Incorrect username or password."
TOO_MANY_REQUESTS = 429


class LoginForm(AuthenticationForm):
    """Username and password. If Fuel cannot be asked to check them, the form shows why."""

    error_messages = {"invalid_login": INCORRECT, "inactive": INCORRECT}

    @override
    def clean(self) -> dict[str, Any]:
        try:
            return super().clean()
        except PumphouseError as error:
            raise ValidationError(str(error)) from None


class LoginView(DjangoLoginView):
    """The login page."""

    form_class = LoginForm
    redirect_authenticated_user = True


def respond_locked_out(
    request: HttpRequest, _response: HttpResponse, _credentials: dict[str, Any]
) -> HttpResponse:
    """Return 429 and say how long the account stays locked."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    error = "Too many failed logins for this account."
    fix = f"Wait {minutes} minutes, or ask a Pumphouse admin."
    if request.path.startswith("/api/"):
        return JsonResponse({"error": error, "fix": fix}, status=TOO_MANY_REQUESTS)
    context = {"locked_out": f"{error} {fix}"}
    return render(request, "registration/login.html", context, status=TOO_MANY_REQUESTS)
