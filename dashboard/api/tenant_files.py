"""Archives of os-migrate's YAML in requests."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework import serializers
from rest_framework.parsers import BaseParser
from typing_extensions import override

from dashboard.api.validation import RequestBody
from dashboard.migrations_app.planning.os_migrate.archives import LONGEST, ZIP, texts_of

MEDIA_TYPES = (ZIP, "application/x-tar", "application/gzip")


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


class PlanFromFilesSerializer(RequestBody):
    """Which tenant moves where; the files in the body say what of it."""

    source = serializers.CharField()  # type: ignore[assignment]
    destination = serializers.CharField()
    tenant = serializers.CharField(
        required=False, default="", help_text="Its name or id; by default the files' project."
    )
