"""What temporary images are called, and by what they are told from a tenant's own."""

import re
from collections.abc import Mapping
from typing import Any

from dashboard.migrations_app.resources.storage.common.image_properties import TEMPORARY

_name = re.compile(r"pumphouse-(volume|volume_snapshot|server)-[0-9a-f-]{36}-image")


def is_temporary(image: Mapping[str, Any]) -> bool:
    """Return whether an image only transports data during a move.

    A tenant's snapshot of a moved server may have inherited the property, but not the name.
    """
    name, (of, _, marker) = image.get("name") or "", image.get(TEMPORARY, "").partition(":")
    return bool(_name.fullmatch(name)) or bool(of and marker.partition(".")[0] in name)
