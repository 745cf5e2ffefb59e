"""Plans as YAML files in requests and responses."""

from collections.abc import Mapping
from typing import IO, Any

import yaml
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from typing_extensions import override

from dashboard.migrations_app.planning.files import LONGEST, text_of

YAML = "application/yaml"


class YamlRenderer(BaseRenderer):
    """Lets a caller ask for YAML. The file itself is sent as it is; only errors are rendered."""

    media_type = YAML
    format = "yaml"

    @override
    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> str:
        text: str = yaml.safe_dump(data, allow_unicode=True)
        return text


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
