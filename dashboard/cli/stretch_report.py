"""Prints the networks that gateway servers join across both clouds."""

from dashboard.cli.console import Console
from dashboard.cli.serializers import Json
from dashboard.migrations_app.models import Plan


def serialize_stretches(plan: Plan) -> Json:
    """Return the stretched networks of a plan, with the parts of their gateways."""
    return {
        "stretches": [
            {
                "id": stretch.pk,
                "network": {"id": stretch.network_id, "name": stretch.network_name},
                "state": stretch.state,
                "health": stretch.health,
                "seen_at": stretch.seen_at,
                "parts": list(stretch.parts.values("side", "role", "resource_id", "state")),
            }
            for stretch in plan.stretches.all()
        ]
    }


def print_stretches(plan: Plan, console: Console) -> None:
    """Print each stretched network of a plan, and what its gateways were seen to be."""
    console.print_table(
        "Network",
        "State",
        "Gateway in the source",
        "In the destination",
        rows=[
            (
                stretch.network_name,
                stretch.get_state_display(),
                stretch.health.get("source", ""),
                stretch.health.get("destination", ""),
            )
            for stretch in plan.stretches.all()
        ],
    )
