"""Prints plans, findings and differences."""

from typing import Any

from django.template.defaultfilters import filesizeformat, pluralize

from dashboard.cli.console import Console
from dashboard.migrations_app.execution.left_out import all_but
from dashboard.migrations_app.execution.verify import count_differences
from dashboard.migrations_app.models import Plan, PlanDifference, PlanFinding, PlanItem
from dashboard.migrations_app.planning.choosing import NOT_CHOSEN
from dashboard.migrations_app.planning.prediction import predicted

LONGEST_VALUE = 40


def print_plan(plan: Plan, console: Console) -> None:
    """Print what becomes of each object, what is lost, and the findings."""
    console.print(f"{plan}: {plan.get_state_display().lower()}")
    items = list(plan.items.all())
    told = [item for item in items if not _is_unasked(item)]
    console.print_table(
        "Type", "Name", "Action", "Becomes", rows=[_item_row(item) for item in told]
    )
    if but := all_but(plan):
        console.print(f"\nIt moves {but}:")
        console.print_table("Type", "Name", "Why", rows=[_why(i) for i in told if i.left_out_by])
    if unasked := len(items) - len(told):
        are = pluralize(unasked, " is,s are")
        console.print(f"{unasked} object{are} neither chosen nor needed by what is.")
    losses = [(item, loss) for item in items if not item.left_out_by for loss in item.losses]
    if losses:
        console.print(f"\n{len(losses)} attribute{pluralize(losses)} will be lost or changed:")
        console.print_table(
            "Type", "Name", "Field", "Value", "Reason", rows=[_loss_row(*pair) for pair in losses]
        )
    _print_paths(plan, items, console)
    print_findings(plan, console)


def _print_paths(plan: Plan, items: list[PlanItem], console: Console) -> None:
    """Print how the data of each disk goes, how much is copied at most, and how long it takes."""
    if rows := [_path_row(item, path) for item in items if (path := item.data_path)]:
        console.print(f"\nData of {len(rows)} disk{pluralize(rows)}:")
        console.print_table("Type", "Name", "Path", "Ahead", "In cutover", "Why", rows=rows)
    if prediction := predicted(plan):
        console.print(str(prediction))


def _path_row(item: PlanItem, path: dict[str, Any]) -> tuple[str, ...]:
    sizes = (filesizeformat(path[name]) for name in ("ahead", "cutover"))
    return item.type, item.title, path["name"], *sizes, path["why"]


def print_findings(plan: Plan, console: Console) -> None:
    """Print the findings, blocking ones first, each with its fix."""
    for severity in PlanFinding.Severity:
        findings = plan.findings.filter(severity=severity)
        if findings:
            console.print(f"\n{severity.label}:")
        for finding in findings:
            what = f"{finding.type} {finding.resource}".strip()
            console.print(f"  {what}: {finding.sentence}" if what else f"  {finding.sentence}")
            if finding.fix:
                console.print(f"    {finding.fix}")


def print_differences(plan: Plan, console: Console) -> None:
    """Print the differences, and which of them were expected."""
    differences = list(plan.differences.select_related("acceptance"))
    console.print(count_differences(differences))
    console.print_table(
        "No.",
        "Type",
        "Name",
        "Field",
        "Source",
        "Destination",
        "Expected",
        rows=[
            (
                row.pk,
                row.type,
                row.name,
                row.field,
                _short(row.source_value),
                _short(row.destination_value),
                _expected(row),
            )
            for row in differences
        ],
    )


def _expected(row: PlanDifference) -> str:
    if accepted := row.acceptance:
        return f"no, accepted by {accepted.accepted_by}: {accepted.reason}"
    return "yes" if row.expected else "no"


def _item_row(item: PlanItem) -> tuple[str, ...]:
    return item.type, item.title, item.get_action_display(), item.destination_id


def _is_unasked(item: PlanItem) -> bool:
    """Return whether somebody chose other objects: a tenant may have thousands of the rest."""
    return bool(item.left_out_by) and item.losses[0]["reason"] == NOT_CHOSEN


def _why(item: PlanItem) -> tuple[str, ...]:
    return item.type, item.title, item.losses[0]["reason"]


def _loss_row(item: PlanItem, loss: dict[str, Any]) -> tuple[str, ...]:
    value = _short(str(loss.get("value", "")))
    return item.type, item.title, loss["field"], value, loss["reason"]


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"
