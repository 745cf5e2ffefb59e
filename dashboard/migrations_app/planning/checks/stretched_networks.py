"""Can gateways join the networks for which that was chosen?"""

from collections.abc import Iterable, Sequence
from functools import partial

from dashboard.errors import BadInput, NeedsOperator
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.resources.choices import STRETCH
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import BLOCK, Finding, Record
from dashboard.migrations_app.stretch.options import GATEWAYS, chosen_for, gateways_of
from dashboard.migrations_app.stretch.preparing import found_in


def check(
    plan: Plan, records: Sequence[Record], source: TenantReader, destination: TenantReader
) -> Iterable[Finding]:
    """Block a plan whose gateways lack a choice, or something in a cloud."""
    if STRETCH not in plan.choices.values():
        return
    try:
        options = gateways_of(plan.options.get(GATEWAYS) or [])
    except BadInput as error:
        fix = f"Plan again with the option gateways. {error.fix}"
        yield Finding(severity=BLOCK, sentence=error.sentence, fix=fix)
        return
    for side, reader in (("source", source), ("destination", destination)):
        try:
            found_in(reader.cloud, partial(chosen_for, side, options=options))
        except NeedsOperator as error:
            yield Finding(severity=BLOCK, sentence=error.sentence, fix=error.fix)
