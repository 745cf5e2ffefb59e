"""Adds since when a server is down, also to servers that a running or held move has halted."""

from django.db import migrations, models


def begin_known_outages(apps, schema_editor):
    entries = apps.get_model("migrations_app", "LedgerEntry").objects
    for entry in entries.filter(type="server").exclude(state="removed").iterator():
        ran = entry.stage_data.get("status") == "ACTIVE"
        if ran and "stop" in entry.stages and "power" not in entry.stages:
            entries.filter(pk=entry.pk).update(down_since=entry.changed_at)


class Migration(migrations.Migration):
    dependencies = [("migrations_app", "0009_accepted_differences")]

    operations = [
        migrations.AddField(
            model_name="ledgerentry",
            name="down_since",
            field=models.DateTimeField(blank=True, db_index=True, null=True),
        ),
        migrations.RunPython(begin_known_outages, migrations.RunPython.noop),
    ]
