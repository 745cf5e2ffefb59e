"""Since when a job that is held has been."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0009_index_of_log_words")]

    operations = [
        migrations.AddField(
            model_name="job",
            name="held_since",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
    ]
