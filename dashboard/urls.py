"""All URLs of Pumphouse: pages, API, admin."""

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import include, path

from dashboard.alive import alive
from dashboard.login import LoginView

handler400 = "dashboard.fault.respond_to_bad_request"
handler500 = "dashboard.fault.respond_to_fault"

urlpatterns = [
    path("login/", LoginView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("alive/", alive, name="alive"),
    path("admin/", admin.site.urls),
    path("api/", include("dashboard.api.urls")),
    path("", include("dashboard.api.words_of_2015.urls")),
    path("", include("dashboard.jobs.urls")),
    path("", include("dashboard.hosts_app.urls")),
    path("", include("dashboard.notifications.urls")),
    path("", include("dashboard.migrations_app.urls")),
]
