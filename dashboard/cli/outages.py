"""Shows which servers moves keep down."""

from collections.abc import Iterable

from django.template.defaultfilters import pluralize

from dashboard.cli.console import Console
from dashboard.cli.times import local_time
from dashboard.migrations_app.execution.outages import Outage


def print_outages(outages: Iterable[Outage], console: Console) -> None:
    """Print a line for each tenant with servers that are down: how many and since when."""
    for outage in outages:
        count, plan = len(outage.entries), outage.plan
        since = f" since {local_time(outage.since)}" if outage.since else ""
        console.print(
            f"{count} server{pluralize(count)} of {plan.tenant_name} {pluralize(count, 'is,are')} "
            f"down{since} (plan {plan.pk}): {', '.join(outage.names)}. They run again once the "
            f"move goes on, is rolled back, or somebody starts them on {plan.source}."
        )
