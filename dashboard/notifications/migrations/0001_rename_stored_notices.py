"""Store notifications under the names that the code has for them, those that still go out too."""

from django.db import migrations

KIND = "notify"
SUBJECTS = ("news:", "notification:")
PARAMS = ("notice", "notification")
SEVERITIES = ("tone", "severity")


def rename(apps, old, new):
    """Rename in every job that notifies; ``old`` and ``new`` are indexes into the tables above."""
    jobs = apps.get_model("jobs", "Job").objects.filter(
        kind=KIND, subject__startswith=SUBJECTS[old]
    )
    for job in jobs.iterator(chunk_size=500):
        job.subject = SUBJECTS[new] + job.subject.removeprefix(SUBJECTS[old])
        job.active_subject = job.subject if job.active_subject else None
        if content := job.params.pop(PARAMS[old], None):
            if SEVERITIES[old] in content:
                content[SEVERITIES[new]] = content.pop(SEVERITIES[old])
            job.params[PARAMS[new]] = content
        job.save(update_fields=["subject", "active_subject", "params"])


def forwards(apps, schema_editor):
    rename(apps, 0, 1)


def backwards(apps, schema_editor):
    rename(apps, 1, 0)


class Migration(migrations.Migration):
    initial = True
    dependencies = [("jobs", "0005_rename_runner_and_fields")]

    operations = [migrations.RunPython(forwards, backwards)]
