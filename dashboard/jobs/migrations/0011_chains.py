"""Which steps go through together, and how many of these chains a job may have under way."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0010_held_since")]

    operations = [
        migrations.AddField(
            model_name="job",
            name="chains_at_once",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="step",
            name="chain",
            field=models.CharField(blank=True, default="", max_length=190),
        ),
        migrations.AddField(
            model_name="step",
            name="opens_chain",
            field=models.BooleanField(default=False),
        ),
    ]
