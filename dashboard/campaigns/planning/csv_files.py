"""Campaigns as CSV: a line for each tenant, a column for each thing that can be said of it.

``wave`` and ``tenant`` are needed. What is said of a wave stands in any of its lines.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dashboard.campaigns.models import LONGEST_NAME, Campaign
from dashboard.campaigns.planning.csv_lines import Line, lines_of
from dashboard.campaigns.planning.drawing import Drawing, TenantDrawing, WaveDrawing
from dashboard.campaigns.planning.wave_options import WAVE_OPTIONS, fields_of, options_of
from dashboard.errors import BadInput
from dashboard.hosts_app.models import Cloud
from dashboard.jobs.options import Option
from dashboard.migrations_app.models import Tenant
from dashboard.migrations_app.planning.options import ONLY, PLAN_OPTIONS
from dashboard.migrations_app.planning.saved import with_saved

WAVE, TENANT, DOMAIN, MAP, SAVED = "wave", "tenant", "domain", "map", "saved"
_TENANT_OPTIONS = {option.name: option for option in PLAN_OPTIONS if option.name != ONLY}
_WAVE_OPTIONS = {option.name: option for option in WAVE_OPTIONS}
WRITTEN = (WAVE, TENANT, DOMAIN, MAP, *_TENANT_OPTIONS, *_WAVE_OPTIONS)
COLUMNS = (*WRITTEN, SAVED)
"""What saved mappings say is written as what it was when the campaign was drawn up."""
MOST_LINES = 10_000


@dataclass(kw_only=True)
class _Sheet:
    """What was read so far: waves by their names, in order, what is wrong, and by its project in
    which line each tenant is."""

    waves: dict[str, list[TenantDrawing]] = field(default_factory=dict)
    rules: dict[str, dict[str, Any]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)


def read_csv(text: str, *, name: str, source: Cloud, destination: Cloud, hosts: str) -> Drawing:
    """Return the campaign that a file describes.

    Raises ``BadInput`` that names up to ten wrong cells by line and column.
    """
    sheet, tenants = _Sheet(), _by_name(source)
    for line in lines_of(text, known=COLUMNS, needed=(WAVE, TENANT)):
        _read(line, sheet, tenants)
    if not sheet.waves and not sheet.errors:
        raise BadInput("The file has no tenants.", fix="Add a line for each tenant.")
    if sheet.errors:
        more = len(sheet.errors) - 10
        rest = f"; and {more} more" if more > 0 else ""
        raise BadInput(
            f"The file cannot be used: {'; '.join(sheet.errors[:10])}{rest}.",
            fix="Correct these cells. docs/campaigns.md describes the columns.",
        )
    waves = [
        WaveDrawing(name=wave, tenants=found, options=sheet.rules[wave])
        for wave, found in sheet.waves.items()
    ]
    return Drawing(name=name, source=source, destination=destination, waves=waves, hosts=hosts)


def _by_name(source: Cloud) -> dict[str, list[Tenant]]:
    found: dict[str, list[Tenant]] = {}
    for tenant in source.tenants.select_related("cloud"):
        for key in {tenant.name, tenant.project_id}:
            found.setdefault(key, []).append(tenant)
    return found


def _read(line: Line, sheet: _Sheet, tenants: Mapping[str, list[Tenant]]) -> None:
    wave, tenant = line.cells[WAVE], _tenant(line, sheet, tenants)
    if not wave:
        sheet.errors.append(line.error(WAVE, "a wave must be named"))
    if len(wave) > LONGEST_NAME:
        sheet.errors.append(line.error(WAVE, f"a name has at most {LONGEST_NAME} characters"))
    choices, options = _chosen(line, sheet)
    _add_rules(line, sheet, wave)
    if wave and tenant:
        drawn = TenantDrawing(tenant=tenant, options=options, choices=choices)
        sheet.waves.setdefault(wave, []).append(drawn)


def _tenant(line: Line, sheet: _Sheet, tenants: Mapping[str, list[Tenant]]) -> Tenant | None:
    name, domain = line.cells[TENANT], line.cells.get(DOMAIN, "")
    found = [each for each in tenants.get(name, ()) if domain in ("", each.domain_name)]
    if len(found) == 1:
        first = sheet.lines.setdefault(found[0].project_id, line.number)
        if first != line.number:
            sheet.errors.append(line.error(TENANT, f"{name!r} is in line {first} already"))
        return found[0]
    if not name:
        words = "a tenant must be named"
    elif found:
        words = f"several tenants are named {name!r}; add the column {DOMAIN}, or give the id"
    else:
        words = f"the source has no tenant {name!r} that Pumphouse has seen"
    sheet.errors.append(line.error(TENANT, words))
    return None


def _chosen(line: Line, sheet: _Sheet) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the mappings and options of a line, with the saved ones that it names."""
    choices, options = _choices(line, sheet), _values(line, _TENANT_OPTIONS, sheet)
    try:
        return with_saved(line.cells.get(SAVED, ""), choices, options)
    except BadInput as error:
        sheet.errors.append(line.error(SAVED, str(error).rstrip(".")))
        return choices, options


def _values(line: Line, options: Mapping[str, Option], sheet: _Sheet) -> dict[str, Any]:
    values = {}
    for name, option in options.items():
        if text := line.cells.get(name, ""):
            try:
                values[name] = option.parse(text)
            except BadInput as error:
                sheet.errors.append(line.error(name, error.sentence.rstrip(".")))
    return values


def _add_rules(line: Line, sheet: _Sheet, wave: str) -> None:
    """Add what the line says of its wave; two lines cannot say different things of one."""
    rules = sheet.rules.setdefault(wave, {})
    for name, value in _values(line, _WAVE_OPTIONS, sheet).items():
        if rules.setdefault(name, value) != value:
            words = f"wave {wave!r} has {rules[name]!r} in an earlier line"
            sheet.errors.append(line.error(name, words))
        try:
            fields_of({name: value})
        except BadInput as error:
            sheet.errors.append(line.error(name, str(error).rstrip(".")))


def _choices(line: Line, sheet: _Sheet) -> dict[str, str]:
    choices = {}
    for pair in filter(None, (part.strip() for part in line.cells.get(MAP, "").split(";"))):
        key, equals, target = (part.strip() for part in pair.rpartition("="))
        if not (equals and target and ":" in key):
            words = f"{pair!r} is not a mapping; write type:name=target, with ; between several"
            sheet.errors.append(line.error(MAP, words))
        choices[key] = target
    return choices


def write_csv(campaign: Campaign) -> str:
    """Return a campaign as the file by which it could be drawn up again."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(WRITTEN)
    for tenant in campaign.tenants.select_related("wave"):
        rules = options_of(tenant.wave)
        cells = {
            WAVE: tenant.wave.name,
            TENANT: tenant.project_id,
            DOMAIN: tenant.domain_name,
            MAP: ";".join(f"{key}={target}" for key, target in tenant.choices.items()),
            **{name: _text(tenant.options.get(name)) for name in _TENANT_OPTIONS},
            **{name: _text(rules[name]) for name in _WAVE_OPTIONS},
        }
        writer.writerow([cells[column] for column in WRITTEN])
    return out.getvalue()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ",".join(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
