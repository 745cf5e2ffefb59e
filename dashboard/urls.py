"""All URLs of Pumphouse: pages, API, metrics, admin."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, include, path, re_path

from dashboard.alive import alive
from dashboard.api.metrics import MetricsView
from dashboard.api.words_of_2015.page import page, page_file
from dashboard.login import LoginView
from dashboard.migrations_app.views.home import home

handler400 = "dashboard.fault.respond_to_bad_request"
handler500 = "dashboard.fault.respond_to_fault"

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", LoginView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("alive/", alive, name="alive"),
    path("metrics", MetricsView.as_view(), name="metrics"),
    path("admin/", admin.site.urls),
    path("api/", include("dashboard.api.urls")),
    path("", include("dashboard.api.words_of_2015.urls")),
    path("", include("dashboard.jobs.urls")),
    path("", include("dashboard.hooks.urls")),
    path("", include("dashboard.audit.urls")),
    path("", include("dashboard.hosts_app.urls")),
    path("", include("dashboard.notifications.urls")),
    path("", include("dashboard.campaigns.urls")),
    path("", include("dashboard.migrations_app.urls")),
]


def patterns_with_page() -> list[URLPattern | URLResolver]:
    """Return the addresses with a page of somebody else at the root, and our home page beside it.

    Of several addresses of one name, the last one is that of our links.
    """
    return [
        path("", page, name="page-of-2015"),
        *urlpatterns,
        re_path(r"^(?P<name>(?:static/)?.+\.\w+)$", page_file, name="page-of-2015-file"),
        path("home/", home, name="home"),
    ]


if settings.UI_DIRECTORY:
    urlpatterns = patterns_with_page()
