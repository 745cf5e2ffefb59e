"""Keep what Fuel's health check found before a host left."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the field ``health`` of a reassignment."""

    dependencies = [("hosts_app", "0013_words_of_hosts")]

    operations = [
        migrations.AddField("reassignment", "health", models.JSONField(blank=True, default=dict))
    ]
