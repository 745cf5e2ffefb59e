"""What the migrations have the queue call now and then is there to be called."""

from collections.abc import Callable
from importlib import import_module

import pytest
from django.apps import apps
from django.utils.module_loading import import_string
from django_q.models import Schedule

from dashboard.hosts_app.fuel.environments import discover_when_due
from dashboard.hosts_app.fuel.links import register_when_due

MIGRATIONS = "dashboard.hosts_app.migrations"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("migration", "called"),
    [("0006_discover_environments", discover_when_due), ("0008_register_links", register_when_due)],
)
def test_the_queue_calls_it_each_ten_minutes(migration: str, called: Callable[[], None]) -> None:
    added = import_module(f"{MIGRATIONS}.{migration}")
    Schedule.objects.filter(name=added.NAME).delete()
    added.add_schedule(apps, None)
    import_module(f"{MIGRATIONS}.0010_schedules_of_the_fuel_package").forwards(apps, None)
    schedule = Schedule.objects.get(name=added.NAME)
    assert import_string(schedule.func) is called
    assert (schedule.schedule_type, schedule.minutes) == (Schedule.MINUTES, 10)
