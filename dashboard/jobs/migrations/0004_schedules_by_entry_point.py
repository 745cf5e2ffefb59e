"""Point the sweep's schedule to the entry point, which stays where it is."""

from django.db import migrations

MOVED = {
    "dashboard.jobs.sweeping.sweep": "dashboard.entry_points.sweep",
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
        ("jobs", "0003_keep_digests_of_tokens"),
        ("django_q", "0018_task_success_index"),
    ]

    operations = [migrations.RunPython(forwards, backwards)]
