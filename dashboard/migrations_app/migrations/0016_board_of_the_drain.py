"""When a plan was executed to its end, how much it copied, and whether somebody dismissed it."""

from typing import Any

from django.db import migrations, models
from django.db.models import Sum


def tell(apps: Any, _editor: Any) -> None:
    """Take from the jobs that executed the plans when they ended and how much they copied."""
    plans = apps.get_model("migrations_app", "Plan").objects
    jobs = apps.get_model("jobs", "Job").objects.filter(kind="execute", state="done")
    steps = apps.get_model("jobs", "Step").objects.filter(progress_unit="bytes")
    copied: dict[int, int] = {}
    for job in jobs.order_by("pk").only("params", "finished_at"):
        pk = job.params.get("plan")
        total = steps.filter(job=job).aggregate(all=Sum("progress_done"))["all"] or 0
        copied[pk] = copied.get(pk, 0) + total
        plans.filter(pk=pk).update(moved_at=job.finished_at, bytes_copied=copied[pk])


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0012_replaced_jobs"),
        ("migrations_app", "0015_watch_stretched_networks"),
    ]

    operations = [
        migrations.AddField(
            model_name="plan",
            name="bytes_copied",
            field=models.BigIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="plan",
            name="dismissed_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="plan",
            name="moved_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.RunPython(tell, migrations.RunPython.noop),
    ]
