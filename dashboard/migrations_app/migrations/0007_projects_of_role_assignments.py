"""Adds the project to what identifies a role assignment.

Two tenants may have the same user in the same role. Jobs that run or are held go on.
"""

from django.db import migrations

TYPE = "role_assignment"


def with_project(id_, project_id):
    """Return the id with the project's, unless it has that already or one of the two is missing."""
    return f"{id_}:{project_id}" if project_id and id_.count(":") == 1 else id_


def moved_project(entries, plan):
    """Return the id of the plan's tenant on the destination, "" before it is there."""
    found = entries.filter(
        source_cloud=plan.source,
        destination_cloud=plan.destination,
        type="project",
        source_id=plan.tenant_id,
    ).first()
    return found.destination_id if found else ""


def change_ledger(entries):
    for entry in entries.filter(type=TYPE, plan__isnull=False).select_related("plan"):
        entries.filter(pk=entry.pk).update(
            source_id=with_project(entry.source_id, entry.plan.tenant_id),
            destination_id=with_project(entry.destination_id, moved_project(entries, entry.plan)),
        )


def change_refs(by_stage, project_id):
    return {
        stage: [[of, with_project(id_, project_id) if of == TYPE else id_, at] for of, id_, at in refs]
        for stage, refs in by_stage.items()
    }


def change_items(items, entries):
    for item in items.filter(type=TYPE).select_related("plan").iterator():
        items.filter(pk=item.pk).update(
            source_id=with_project(item.source_id, item.plan.tenant_id),
            destination_id=with_project(item.destination_id, moved_project(entries, item.plan)),
        )
    # servers and volumes wait for the roles of their owners
    for item in items.filter(type__in=("server", "volume")).select_related("plan").iterator():
        requires = change_refs(item.requires, item.plan.tenant_id)
        if requires != item.requires:
            items.filter(pk=item.pk).update(requires=requires)


def change_steps(steps):
    for step in steps.filter(key__startswith=f"{TYPE}:").select_related("job").iterator():
        id_, _, stage = step.key.rpartition(":")
        project_id = step.job.subject.partition(":")[2]
        if id_.count(":") == 2:
            steps.filter(pk=step.pk).update(key=f"{id_}:{project_id}:{stage}")


def forwards(apps, schema_editor):
    entries = apps.get_model("migrations_app", "LedgerEntry").objects
    change_items(apps.get_model("migrations_app", "PlanItem").objects, entries)
    change_ledger(entries)
    change_steps(apps.get_model("jobs", "Step").objects)


class Migration(migrations.Migration):

    dependencies = [
        ("jobs", "0001_initial"),
        ("migrations_app", "0006_words_of_roles"),
    ]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
