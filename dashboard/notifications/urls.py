"""Addresses of what pages show about notifications."""

from django.urls import path

from dashboard.notifications import views

urlpatterns = [
    path("jobs/<int:job_id>/notifications/", views.sent, name="job-notifications"),
]
