"""CSV files in responses."""

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import BaseRenderer
from typing_extensions import override

CSV = "text/csv"


class CsvRenderer(BaseRenderer):
    """Lets a caller ask for CSV. The file itself is sent as it is; only errors are rendered."""

    media_type = CSV
    format = "csv"

    @override
    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> str:
        return "\r\n".join(f"{key},{value}" for key, value in dict(data).items())
