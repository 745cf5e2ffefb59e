"""Pumphouse's own settings and the rehearsal app, for runners in processes of their own."""

from dashboard.settings import *  # noqa: F403
from dashboard.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.support.rehearsal"]
