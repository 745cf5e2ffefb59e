"""How much a cloud may be asked for, as an operator says it while jobs run.

What is said here takes the place of ``limits`` in the configuration, in the same words. Workers
read it again every few seconds.
"""

from collections.abc import Mapping
from typing import Any

import yaml

from dashboard.clients.limit_keys import limits_in
from dashboard.errors import BadInput
from dashboard.hosts_app.models import Cloud

LONGEST = 4000


def set_limits(cloud: Cloud, text: str) -> Cloud:
    """Store limits of a cloud, in YAML as in the configuration; "" for those of the configuration.

    They hold at once, also for jobs that run. Raises ``BadInput`` with the line for what cannot be.
    """
    text = text.replace("\r\n", "\n").strip()
    if len(text) > LONGEST:
        raise BadInput(
            f"Limits have at most {LONGEST:,} characters, these have {len(text):,}.",
            fix="Leave out comments and what is as usual.",
        )
    if text:
        limits_in(text, name=f"limits of {cloud.name}")
    cloud.limits = text
    cloud.save(update_fields=["limits"])
    return cloud


def set_limits_to(cloud: Cloud, limits: Mapping[str, Any] | None) -> Cloud:
    """Store limits as ``set_limits``, from a document; None for those of the configuration."""
    text = "" if limits is None else yaml.safe_dump(dict(limits), sort_keys=False)
    return set_limits(cloud, text)


def chosen_limits(cloud: Cloud) -> Mapping[str, Any] | None:
    """Return what an operator said as a document, None where the configuration's hold."""
    found: Mapping[str, Any] | None = yaml.safe_load(cloud.limits) if cloud.limits else None
    return found
