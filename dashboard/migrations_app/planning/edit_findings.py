"""Notes of a plan about the objects whose copies get other fields than the source has."""

from collections.abc import Iterator, Mapping

from django.template.defaultfilters import capfirst

from dashboard.migrations_app.execution.edits import Edits
from dashboard.migrations_app.planning.drafts import Draft
from dashboard.migrations_app.resources.records import CREATE, INFO, WARN, Finding, Record


def edit_findings(
    edits: Edits, drafts: Mapping[tuple[str, str], Draft]
) -> Iterator[tuple[Record, Finding]]:
    """Yield which fields of each object are edited, or that it is too late for that."""
    for key, fields in edits.items():
        type_name, _, id_ = key.partition(":")
        draft = drafts.get((type_name, id_))
        if draft and not draft.decision.left_out_by:
            yield draft.record, _finding(draft, ", ".join(sorted(fields)))


def _finding(draft: Draft, names: str) -> Finding:
    called = capfirst(draft.called)
    if draft.decision.action == CREATE:
        return Finding(severity=INFO, sentence=f"{called} is created with an edited {names}.")
    return Finding(
        severity=WARN,
        sentence=f"{called} is there already: its edited {names} has no effect.",
        fix="Change it on the destination, or roll the move back and plan again.",
    )
