"""Plans as YAML files in requests."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.parsers import BaseParser
from typing_extensions import override

from dashboard.api.file_renderers import YAML
from dashboard.migrations_app.planning.files import LONGEST, text_of


class YamlParser(BaseParser):
    """Reads a file from the body of a request; its text is ``request.data["file"]``."""

    media_type = YAML

    @override
    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, str]:
        """Return the text. Raises ``BadInput`` if it is too long or not UTF-8."""
        return {"file": text_of(stream.read(LONGEST + 1), name="The body")}
