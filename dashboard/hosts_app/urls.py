"""Addresses of the pages about clouds."""

from django.urls import path

from dashboard.hosts_app import views

urlpatterns = [
    path("clouds/", views.cloud_list, name="clouds"),
    path("clouds/read/", views.read_configuration, name="clouds-read"),
    path("environments/discover/", views.discover_environments, name="environments-discover"),
    path("clouds/<slug:name>/", views.cloud_page, name="cloud"),
]
