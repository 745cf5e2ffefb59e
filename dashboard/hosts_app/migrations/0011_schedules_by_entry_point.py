"""Point the schedules to the entry points, which stay where they are."""

from django.db import migrations

MOVED = {
    "dashboard.hosts_app.fuel.environments.discover_when_due": (
        "dashboard.entry_points.discover_environments"
    ),
    "dashboard.hosts_app.fuel.links.register_when_due": "dashboard.entry_points.register_links",
}


def move(apps, places):
    schedules = apps.get_model("django_q", "Schedule").objects
    for old, new in places.items():
        schedules.filter(func=old).update(func=new)


def forwards(apps, schema_editor):
    move(apps, MOVED)


def backwards(apps, schema_editor):
    move(apps, {new: old for old, new in MOVED.items()})


class Migration(migrations.Migration):
    dependencies = [
        ("hosts_app", "0010_schedules_of_the_fuel_package"),
        ("django_q", "0018_task_success_index"),
    ]

    operations = [migrations.RunPython(forwards, backwards)]
