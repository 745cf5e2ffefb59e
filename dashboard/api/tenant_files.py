"""Archives of os-migrate's YAML in requests and responses."""

import json
from collections.abc import Mapping
from typing import IO, Any

from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from typing_extensions import override

from dashboard.migrations_app.planning.os_migrate.archives import LONGEST, ZIP, texts_of

MEDIA_TYPES = (ZIP, "application/x-tar", "application/gzip")


class ZipRenderer(BaseRenderer):
    """Lets a caller ask for a zip. It is sent as it is; only errors are rendered, as JSON."""

    media_type = ZIP
    format = "zip"

    @override
    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> str:
        return json.dumps(data)


class ZipParser(BaseParser):
    """Reads an archive from the body of a request; its files are ``request.data``."""

    media_type = ZIP

    @override
    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, str]:
        """Return the text of each file. Raises ``BadInput`` for what is no such archive."""
        return texts_of(stream.read(LONGEST + 1), name="The body")


class TarParser(ZipParser):
    """Reads a tar."""

    media_type = "application/x-tar"


class GzipParser(ZipParser):
    """Reads a tar that is compressed."""

    media_type = "application/gzip"


class PlanFromFilesSerializer(serializers.Serializer[Any]):
    """Which tenant moves where; the files in the body say what of it."""

    source = serializers.CharField()  # type: ignore[assignment]
    destination = serializers.CharField()
    tenant = serializers.CharField(
        required=False, default="", help_text="Its name or id; by default the files' project."
    )
