"""Call fields, steps and what plans say by the words that pages, API and code use."""

from django.db import migrations, models

STEP_KINDS = ("evacuate", "rescue", "reassign", "remove_from_fuel")
REFRESHING_KINDS = (
    *STEP_KINDS,
    "discover_hosts",
    "discover_environments",
    "delete_environment",
    "duplicate_environment",
)
ACTIONS = {
    "look": ("refresh", REFRESHING_KINDS),
    "prove_empty": ("check_empty", STEP_KINDS),
    "prove_gone": ("check_gone", STEP_KINDS),
    "release": ("remove", STEP_KINDS),
}

CLOUD_STATES = (
    ("unknown", "Not read yet"),
    ("reachable", "Reachable"),
    ("unreachable", "Not reachable"),
    ("vanished", "Gone from its configuration"),
)


def rename_steps(apps, actions):
    steps = apps.get_model("jobs", "Step").objects
    for old, (new, kinds) in actions.items():
        of_kinds = steps.filter(job__kind__in=kinds)
        of_kinds.filter(key=old).update(key=new)
        of_kinds.filter(action=old).update(action=new)
    for record in apps.get_model("hosts_app", "Reassignment").objects.exclude(tasks={}):
        tasks = {actions.get(key, (key,))[0]: task for key, task in record.tasks.items()}
        if tasks != record.tasks:
            record.tasks = tasks
            record.save(update_fields=["tasks"])


def rename_key(found, old, new):
    if old in found:
        found[new] = found.pop(old)


def rename_outcomes(apps, old, new):
    for plan in apps.get_model("hosts_app", "HostPlan").objects.iterator():
        content = plan.content
        evacuation = content.get("evacuation", {})
        for line in (*plan.lines, *content.get("lines", ()), *evacuation.get("lines", ())):
            rename_key(line, old, new)
        plan.save(update_fields=["lines", "content"])
    for plan in apps.get_model("hosts_app", "EnvironmentPlan").objects.iterator():
        for line in plan.lines:
            rename_key(line, old, new)
        plan.save(update_fields=["lines"])
    moves = apps.get_model("jobs", "Step").objects.filter(action="move", job__kind__in=STEP_KINDS)
    for step in moves.only("params").iterator():
        rename_key(step.params, old, new)
        step.save(update_fields=["params"])


def forwards(apps, schema_editor):
    rename_steps(apps, ACTIONS)
    rename_outcomes(apps, "fate", "outcome")


def backwards(apps, schema_editor):
    rename_steps(apps, {new: (old, kinds) for old, (new, kinds) in ACTIONS.items()})
    rename_outcomes(apps, "outcome", "fate")


class Migration(migrations.Migration):
    dependencies = [
        ("hosts_app", "0012_host_plan_action"),
        ("jobs", "0005_rename_runner_and_fields"),
    ]

    operations = [
        migrations.RenameField("host", "outlook", "evacuation_cost"),
        migrations.RenameField("reassignment", "place", "location"),
        migrations.RenameField("reassignment", "is_released", "is_removed"),
        migrations.AlterField(
            model_name="cloud",
            name="state",
            field=models.CharField(choices=CLOUD_STATES, default="unknown", max_length=12),
        ),
        migrations.AlterField(
            model_name="reassignment",
            name="location",
            field=models.TextField(blank=True, help_text="Where Fuel last had it, in words."),
        ),
        migrations.AlterField(
            model_name="reassignment",
            name="is_removed",
            field=models.BooleanField(
                default=False, help_text="Fuel was told to remove it from its environment."
            ),
        ),
        migrations.RunPython(forwards, backwards),
    ]
