"""Addresses of the audit trail."""

from django.urls import path

from dashboard.audit import views

urlpatterns = [
    path("acts/", views.act_list, name="acts"),
    path("acts.csv", views.act_file, name="acts-file"),
]
