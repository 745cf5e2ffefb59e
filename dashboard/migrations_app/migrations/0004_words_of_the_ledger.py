"""Gives the rows the words that operators use, and keeps every one of them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("migrations_app", "0003_words_of_actions"),
    ]

    operations = [
        migrations.RenameModel("Link", "LedgerEntry"),
        migrations.RenameModel("TenantRow", "Tenant"),
        migrations.RenameModel("DifferenceRow", "PlanDifference"),
        migrations.RenameField("LedgerEntry", "facts", "stage_data"),
        migrations.RenameField("PlanItem", "decided", "resolution"),
        migrations.RenameField("PlanItem", "foreign", "shared"),
        migrations.RenameField("PlanDifference", "named", "expected"),
        migrations.RenameField("MaintenanceChange", "facts", "details"),
        migrations.AlterModelOptions(
            name="plandifference",
            options={"ordering": ["expected", "id"], "verbose_name": "difference"},
        ),
        migrations.RemoveConstraint("LedgerEntry", "one_link_an_object"),
        migrations.AddConstraint(
            "LedgerEntry",
            models.UniqueConstraint(
                fields=("source_cloud", "destination_cloud", "type", "source_id"),
                name="one_ledger_entry_an_object",
            ),
        ),
        migrations.AlterField(
            model_name="ledgerentry",
            name="plan",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="ledger_entries",
                to="migrations_app.plan",
            ),
        ),
        migrations.AlterField(
            model_name="planitem",
            name="action",
            field=models.CharField(
                choices=[
                    ("create", "Create"),
                    ("adopt", "Adopt what is there"),
                    ("map", "Map to what is there"),
                    ("keep", "Already migrated"),
                    ("skip", "Leave out"),
                ],
                default="create",
                max_length=8,
            ),
        ),
    ]
