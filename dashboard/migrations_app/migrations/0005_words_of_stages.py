"""Calls the stages of a move and of maintenance by the words of the trade, in every row.

Jobs that run or are held go on under the new names. That a user still has the temporary password
is a fact of its own now, no longer read off the name of a stage.
"""

from django.db import migrations, models

# (type, stage) -> its new name
STAGES = {
    ("user", "settle"): "restore_password",
    ("floating_ip", "release"): "disassociate",
    ("router", "release"): "detach_gateway",
    ("router", "gateway"): "attach_gateway",
}
MAINTENANCE_STEPS = {
    "clamp_quotas": "freeze_quotas",
    "conclude_entering": "finish_entering",
    "see_changes": "detect_drift",
    "release_rungs": "undo_hardening",
    "conclude_leaving": "finish_leaving",
}
JOB_KINDS = ("execute", "rollback")
TEMPORARY_PASSWORD = "has_temporary_password"
BATCH = 500


def rename_steps(steps, stages):
    """Rename the stages in the keys and the actions of the steps of moves."""
    for (type_name, old), new in stages.items():
        changed = steps.filter(action=old, key__startswith=f"{type_name}:", job__kind__in=JOB_KINDS)
        rows = list(changed.only("pk", "key", "action"))
        for step in rows:
            step.key, step.action = f"{step.key.removesuffix(old)}{new}", new
        steps.bulk_update(rows, ["key", "action"], batch_size=BATCH)


def rename_in_ledger(entries, stages):
    for entry in entries.filter(type__in={type_name for type_name, _ in stages}):
        renamed = [stages.get((entry.type, stage), stage) for stage in entry.stages]
        if renamed != entry.stages:
            entries.filter(pk=entry.pk).update(stages=renamed)


def renamed_refs(type_name, by_stage, stages):
    return {
        stages.get((type_name, stage), stage): [
            [of, source_id, stages.get((of, at), at)] for of, source_id, at in refs
        ]
        for stage, refs in by_stage.items()
    }


def rename_in_items(items, stages):
    """Rename the stages in what items wait for; only items of the same types name them."""
    for item in items.filter(type__in={type_name for type_name, _ in stages}).iterator():
        items.filter(pk=item.pk).update(
            requires=renamed_refs(item.type, item.requires, stages),
            follows=renamed_refs(item.type, item.follows, stages),
        )


def rename_of_maintenance(apps, names, kinds, options):
    steps = apps.get_model("jobs", "Step").objects
    for old, new in names.items():
        steps.filter(job__kind="tenant_maintenance", key=old).update(key=new, action=new)
    changes = apps.get_model("migrations_app", "MaintenanceChange").objects
    changes.filter(kind=kinds[0]).update(kind=kinds[1])
    rows = apps.get_model("migrations_app", "TenantMaintenance").objects
    for row in rows.all():
        if options[0] in row.options:
            chosen = [names.get(name, name) for name in row.options.pop(options[0])]
            rows.filter(pk=row.pk).update(options={**row.options, options[1]: chosen})


def rename_all(apps, stages):
    rename_steps(apps.get_model("jobs", "Step").objects, stages)
    rename_in_ledger(apps.get_model("migrations_app", "LedgerEntry").objects, stages)
    rename_in_items(apps.get_model("migrations_app", "PlanItem").objects, stages)


def note_temporary_passwords(apps):
    """Note for each user that a move created whether the password was restored."""
    entries = apps.get_model("migrations_app", "LedgerEntry").objects
    for entry in entries.filter(type="user", origin="created").exclude(state="removed"):
        has = "restore_password" not in entry.stages
        entries.filter(pk=entry.pk).update(
            stage_data={**entry.stage_data, TEMPORARY_PASSWORD: has}
        )


def forwards(apps, schema_editor):
    rename_all(apps, STAGES)
    note_temporary_passwords(apps)
    rename_of_maintenance(
        apps, MAINTENANCE_STEPS, ("clamp_quota", "freeze_quota"), ("rungs", "hardening")
    )


def backwards(apps, schema_editor):
    rename_all(apps, {(type_name, new): old for (type_name, old), new in STAGES.items()})
    names = {new: old for old, new in MAINTENANCE_STEPS.items()}
    rename_of_maintenance(apps, names, ("freeze_quota", "clamp_quota"), ("hardening", "rungs"))


class Migration(migrations.Migration):

    dependencies = [
        ("jobs", "0001_initial"),
        ("migrations_app", "0004_words_of_the_ledger"),
    ]

    operations = [
        migrations.AlterField(
            model_name="maintenancechange",
            name="kind",
            field=models.CharField(
                choices=[
                    ("take_role", "Role taken away"),
                    ("give_role", "Role given"),
                    ("keep_role", "Role left alone"),
                    ("lock_server", "Server locked"),
                    ("freeze_quota", "Quota frozen"),
                ],
                max_length=12,
            ),
        ),
        migrations.RunPython(forwards, backwards),
    ]
