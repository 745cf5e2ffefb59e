"""Preflight checks of the tenant as a whole, one file each, found automatically.

A check is a function ``check(plan, records, source, destination)`` that yields findings.
"""

import sys
from collections.abc import Callable, Iterable, Sequence
from functools import cache

from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import Finding, Record
from dashboard.plugins import modules_in

Check = Callable[[Plan, Sequence[Record], TenantReader, TenantReader], Iterable[Finding]]


@cache
def checks() -> list[Check]:
    """Return all checks, by the names of their files."""
    return [module.check for module in modules_in(sys.modules[__name__])]
