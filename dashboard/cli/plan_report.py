"""Shows plans, findings and differences to people."""

from typing import Any

from django.template.defaultfilters import pluralize

from dashboard.cli.console import Screen
from dashboard.migrations_app.models import Plan, PlanFinding, PlanItem

LONGEST_VALUE = 40


def tell_plan(plan: Plan, screen: Screen) -> None:
    """Show what will become of each object, what gets lost, and what was found."""
    screen.tell(f"{plan}: {plan.get_state_display().lower()}")
    items = list(plan.items.all())
    screen.table("Type", "Name", "Action", "Becomes", rows=[_item_row(item) for item in items])
    losses = [(item, loss) for item in items for loss in item.losses]
    if losses:
        screen.tell(f"\n{len(losses)} attribute{pluralize(losses)} will be lost or changed:")
        screen.table(
            "Type", "Name", "Field", "Value", "Reason", rows=[_loss_row(*pair) for pair in losses]
        )
    tell_findings(plan, screen)


def tell_findings(plan: Plan, screen: Screen) -> None:
    """Show the findings, what blocks first, each with its fix."""
    for severity in PlanFinding.Severity:
        findings = plan.findings.filter(severity=severity)
        if findings:
            screen.tell(f"\n{severity.label}:")
        for finding in findings:
            what = f"{finding.type} {finding.resource}".strip()
            screen.tell(f"  {what}: {finding.sentence}" if what else f"  {finding.sentence}")
            if finding.fix:
                screen.tell(f"    {finding.fix}")


def tell_differences(plan: Plan, screen: Screen) -> None:
    """Show the fields that differ, and how many the plan had named."""
    differences = list(plan.differences.all())
    surprising = [row for row in differences if not row.named]
    named = len(differences) - len(surprising)
    screen.tell(
        f"{len(surprising)} difference{pluralize(surprising)}, "
        f"and {named} more that the plan had named."
    )
    screen.table(
        "Type",
        "Name",
        "Field",
        "Source",
        "Destination",
        "Named",
        rows=[
            (
                row.type,
                row.name,
                row.field,
                _short(row.source_value),
                _short(row.destination_value),
                "yes" if row.named else "no",
            )
            for row in differences
        ],
    )


def _item_row(item: PlanItem) -> tuple[str, ...]:
    name = item.name or item.source_id
    return item.type, name, item.get_action_display(), item.destination_id


def _loss_row(item: PlanItem, loss: dict[str, Any]) -> tuple[str, ...]:
    value = _short(str(loss.get("value", "")))
    return item.type, item.name or item.source_id, loss["field"], value, loss["reason"]


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"
