"""The options of a plan, one object each.

Forms, API, command line and plan files are made from them, and a plan stores their values.
"""

from typing import Any

from dashboard.jobs.options import Option
from dashboard.migrations_app.maintenance.options import NONE, UNTIL_FINALIZED, WHILE_MOVING
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.resources.data_path import CHECKSUMS, DATA_PATHS, IMAGES, SKIP
from dashboard.migrations_app.resources.snapshot_options import (
    AS_VOLUMES,
    LEAVE,
    REPLAY,
    SNAPSHOTS,
)
from dashboard.migrations_app.stretch.options import GATEWAYS

ONLY = "only"
"""The option that names the objects that move."""

PLAN_OPTIONS = (
    Option(
        name="capture",
        label="Servers while their disks are captured",
        default="stop",
        choices={
            "stop": "Stopped: disks are consistent, servers boot afresh",
            "suspend": "Suspended: faster to resume after a rollback, disks as after a power cut",
        },
    ),
    Option(
        name="addresses",
        label="Public addresses",
        default="keep",
        choices={
            "keep": "Keep the floating IPs: both clouds share the public range",
            "new": "Take new floating IPs from the destination's range",
        },
    ),
    Option(
        name="shelved",
        label="Shelved servers",
        default="keep",
        choices={
            "keep": "Shelved again on the destination",
            "unshelve": "Left running on the destination",
        },
    ),
    Option(
        name=SNAPSHOTS,
        label="Snapshots of volumes",
        default=REPLAY,
        choices={
            REPLAY: "As snapshots of the moved volume, where the destination's storage allows it: "
            "each state is copied in full",
            AS_VOLUMES: "As volumes of their own, each with a full copy",
            LEAVE: "Left in the source, with their volumes, and named",
        },
    ),
    Option(
        name="maintenance",
        label="Maintenance mode",
        default=NONE,
        choices={
            NONE: "None: users keep working on the source until cutover",
            WHILE_MOVING: "Users have read-only access: to the source while it moves, to the "
            "destination until it is verified",
            UNTIL_FINALIZED: "The same, and to the source until finalize or rollback",
        },
    ),
    Option(
        name=DATA_PATHS,
        label="Data paths of single disks",
        help="Optional, with commas between: volume:db-data=glance, server:*=glance. "
        "Without any each disk takes the path that copies least.",
        default=[],
        metavar="TYPE:NAME-OR-ID=PATH",
    ),
    Option(
        name=CHECKSUMS,
        label="Checksums of volumes that go by deltas or zero copy",
        default="compare",
        choices={
            "compare": "Both sides are read and compared once the server runs again, where "
            "Pumphouse reaches their Ceph",
            IMAGES: "The same, and by temporary images of both sides where it does not",
            SKIP: "Not compared: huge volumes take long to read",
        },
    ),
    Option(
        name=GATEWAYS,
        label="Gateways of stretched networks",
        help="For networks whose choice is stretch, with commas between: image=NAME, flavor=NAME, "
        "outside=NAME, and any other option of stretch.",
        default=[],
        metavar="OPTION=VALUE",
    ),
    Option(
        name=ONLY,
        label="Only these objects, and what they need",
        help="Optional, with commas between: server:web-1, image:*. "
        "Without any the whole tenant moves.",
        default=[],
        metavar="TYPE:NAME-OR-ID",
    ),
)


def options_of(plan: Plan) -> dict[str, Any]:
    """Return the value of every option of a plan, also of those it is older than."""
    return {option.name: plan.options.get(option.name, option.default) for option in PLAN_OPTIONS}
