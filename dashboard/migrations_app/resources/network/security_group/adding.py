"""Adds the source's rules to a group on the destination."""

import logging
from collections.abc import Iterable, Sequence

from dashboard.clients.openstack import Json
from dashboard.errors import NeedsOperator
from dashboard.migrations_app.resources.network.security_group.rules import (
    RULES,
    migrated_rules,
    rule_body,
    rule_sentence,
    translated,
)
from dashboard.migrations_app.resources.work import Work


def wanted_rules(work: Work) -> Iterable[Json]:
    """Return the source's rules with the destination's ids of the groups that they name."""
    for rule in migrated_rules(work.record.fields):
        yield translated(rule, work.destination_id_of)


def add_rules(work: Work, rules: Sequence[Json]) -> None:
    """Add all rules in one call, or one by one where the destination holds some to be equal."""
    owner = {"security_group_id": work.destination_id, "project_id": work.project_id}
    bodies = [{**rule_body(rule), **owner} for rule in rules]
    if not bodies:
        return
    try:
        work.destination.post("network", "/security-group-rules", {RULES: bodies})
    except NeedsOperator as error:
        if "already exists" not in error.sentence:
            raise
        for body in bodies:
            _add_one(work, body)


def _add_one(work: Work, body: Json) -> None:
    try:
        work.destination.post("network", "/security-group-rules", {"security_group_rule": body})
    except NeedsOperator as error:
        # to some releases 0.0.0.0/0 equals no prefix, and ports 1-65535 equal none
        if "already exists" not in error.sentence:
            raise
        work.log(
            f"Skipped a rule of {work.record.title} that the destination has in other words: "
            f"{rule_sentence(body)}.",
            level=logging.WARNING,
        )
