"""Calls the changes of maintenance grants and revocations, and words choices more plainly."""

from django.db import migrations, models

KINDS = {"take_role": "revoke_role", "give_role": "grant_role"}


def rename_kinds(apps, kinds):
    changes = apps.get_model("migrations_app", "MaintenanceChange").objects
    for old, new in kinds.items():
        changes.filter(kind=old).update(kind=new)


def forwards(apps, schema_editor):
    rename_kinds(apps, KINDS)


def backwards(apps, schema_editor):
    rename_kinds(apps, {new: old for old, new in KINDS.items()})


class Migration(migrations.Migration):
    dependencies = [
        ("migrations_app", "0005_words_of_stages"),
    ]

    operations = [
        migrations.RunPython(forwards, backwards),
        migrations.AlterField(
            model_name="maintenancechange",
            name="kind",
            field=models.CharField(
                choices=[
                    ("revoke_role", "Role revoked"),
                    ("grant_role", "Role granted"),
                    ("keep_role", "Role unchanged"),
                    ("lock_server", "Server locked"),
                    ("freeze_quota", "Quota frozen"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="maintenancechange",
            name="state",
            field=models.CharField(
                choices=[
                    ("intended", "Intended"),
                    ("done", "Done"),
                    ("undone", "Undone"),
                    ("gone", "No longer exists"),
                    ("kept", "Changed by somebody else"),
                ],
                default="intended",
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="plan",
            name="state",
            field=models.CharField(
                choices=[
                    ("drafting", "Drafting"),
                    ("blocked", "Blocked by findings"),
                    ("ready", "Ready"),
                    ("executing", "Executing"),
                    ("executed", "Executed"),
                    ("rolled_back", "Rolled back"),
                    ("finalized", "Finalized"),
                ],
                default="drafting",
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="planitem",
            name="action",
            field=models.CharField(
                choices=[
                    ("create", "Create"),
                    ("adopt", "Adopt existing"),
                    ("map", "Map to existing"),
                    ("keep", "Already migrated"),
                    ("skip", "Skip"),
                ],
                default="create",
                max_length=8,
            ),
        ),
    ]
