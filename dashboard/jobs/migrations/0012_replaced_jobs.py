"""Which jobs a later one about the same subject has replaced."""

from typing import Any

from django.db import migrations, models
from django.db.models import Max


def mark(apps: Any, _editor: Any) -> None:
    """Mark the jobs before the last one of each subject that does not only clean up."""
    jobs = apps.get_model("jobs", "Job").objects.order_by()
    last = dict(
        jobs.exclude(params__has_key="after").values_list("subject").annotate(last=Max("pk"))
    )
    for subject, pk in last.items():
        jobs.filter(subject=subject, pk__lt=pk).update(replaced_by=pk)


class Migration(migrations.Migration):
    dependencies = [("jobs", "0011_chains")]

    operations = [
        migrations.AddField(
            model_name="job",
            name="replaced_by",
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.RunPython(mark, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(fields=["replaced_by", "state"], name="jobs_in_their_place"),
        ),
    ]
