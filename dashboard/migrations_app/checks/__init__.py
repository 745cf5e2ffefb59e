"""Preflight checks of the tenant as a whole, one file each; found by themselves.

A check is a function ``check(plan, records, source, destination)`` that yields findings.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from dashboard.migrations_app.contract import Finding, Record
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.reading import TenantReader

Check = Callable[[Plan, Sequence[Record], TenantReader, TenantReader], Iterable[Finding]]


@cache
def checks() -> list[Check]:
    """Give all checks, by the names of their files."""
    return [import_module(f"{__name__}.{module.name}").check for module in iter_modules(__path__)]
