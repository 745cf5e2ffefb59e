"""Call what a plan does to a host its action, as pages, API and command line do."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("hosts_app", "0011_schedules_by_entry_point")]

    operations = [
        migrations.RenameField(model_name="hostplan", old_name="deed", new_name="action"),
    ]
