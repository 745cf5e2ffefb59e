"""The rules of a wave, one option each: CSV, API, command line and pages are made from them."""

from datetime import datetime
from typing import Any

from dashboard.campaigns.models import Wave
from dashboard.campaigns.windows import read_window
from dashboard.errors import BadInput
from dashboard.jobs.operating import require_ahead
from dashboard.jobs.options import Option

WINDOW = "window"
MOST_TENANTS = 100
MOST_SERVERS = 1000
MOST_STREAMS = 1000

WAVE_OPTIONS = (
    Option(name="tenants_at_once", label="Tenants at once", default=2, most=MOST_TENANTS),
    Option(
        name="servers_at_once",
        label="Servers at once in cutover",
        default=0,
        least=0,
        most=MOST_SERVERS,
        help="Of all tenants together. 0: each tenant adapts, as when it moves alone.",
    ),
    Option(
        name="streams",
        label="Data streams at once",
        default=0,
        least=0,
        most=MOST_STREAMS,
        help="Copies of images, volumes and disks of all tenants together. 0: only the limits of "
        "clouds and links hold.",
    ),
    Option(
        name=WINDOW,
        label="Window in which tenants may begin",
        default="",
        metavar="WINDOW",
        help="Days, hours and time zone, as: mon-fri 22:00-06:00 Europe/Berlin. "
        "What has begun goes on after it closes.",
    ),
    Option(
        name="starts_at",
        label="Not before",
        default=None,
        of=datetime,
        help="No tenant of the wave begins earlier.",
    ),
    Option(
        name="on_failure",
        label="When a tenant fails",
        default=str(Wave.OnFailure.STOP),
        choices={str(value): str(label) for value, label in Wave.OnFailure.choices},
    ),
    Option(
        name="holds_cutover",
        label="Hold each tenant before cutover until it is released",
        default=False,
    ),
    Option(
        name="cutover_at",
        label="Cutover not before",
        default=None,
        of=datetime,
        help="Copies are made before; servers stop from then on.",
    ),
    Option(name="verifies", label="Verify each tenant after its move", default=True),
)


def fields_of(options: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a wave that has these values of options. Raises ``BadInput``, also for a
    time of cutover that has passed: servers would stop at once."""
    _require_cutover_ahead(options.get("cutover_at"))
    fields = {name: value for name, value in options.items() if name != WINDOW}
    if WINDOW not in options:
        return fields
    window = read_window(options[WINDOW]) if options[WINDOW] else None
    return {
        **fields,
        "window_days": sorted(window.days) if window else [],
        "window_from": window.opens if window else None,
        "window_to": window.closes if window else None,
        "window_zone": window.zone if window else "",
    }


def _require_cutover_ahead(at: datetime | None) -> None:
    try:
        require_ahead(at)
    except BadInput as error:
        raise BadInput(
            f"Cutover not before: {error.sentence}",
            fix="Choose another time, or none: servers then stop as soon as all is copied.",
        ) from None


def options_of(wave: Wave) -> dict[str, Any]:
    """Return the value of every option of a wave."""
    found = {option.name: getattr(wave, option.name, None) for option in WAVE_OPTIONS}
    return {**found, WINDOW: str(wave.window or "")}
