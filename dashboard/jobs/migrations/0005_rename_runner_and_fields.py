"""Name runners, the time of enqueueing and resumed steps as the code does; rows are kept."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0004_schedules_by_entry_point")]

    operations = [
        migrations.RenameModel("Driver", "Runner"),
        migrations.AlterField(
            "Runner",
            "job",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="runners",
                to="jobs.job",
            ),
        ),
        migrations.RenameField("Job", "rung_at", "enqueued_at"),
        migrations.RenameField("Step", "probing", "resumed"),
    ]
