"""Renderers that let a caller ask for a file. It is sent as it is; only errors are rendered."""

import json
from collections.abc import Mapping
from typing import Any

import yaml
from rest_framework.renderers import BaseRenderer
from typing_extensions import override

from dashboard.migrations_app.planning.os_migrate.archives import ZIP

CSV = "text/csv"
YAML = "application/yaml"


class FileRenderer(BaseRenderer):
    """Lets a caller ask for files of a kind; ``text_of`` is how an error is told in their place."""

    @override
    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> str:
        return self.text_of(data)

    def text_of(self, error: Any) -> str:
        """Return the text of an error: JSON, as where no file is asked for."""
        return json.dumps(error)


class ZipRenderer(FileRenderer):
    """Lets a caller ask for a zip."""

    media_type = ZIP
    format = "zip"


class CsvRenderer(FileRenderer):
    """Lets a caller ask for CSV."""

    media_type = CSV
    format = "csv"

    @override
    def text_of(self, error: Any) -> str:
        return "\r\n".join(f"{key},{value}" for key, value in dict(error).items())


class YamlRenderer(FileRenderer):
    """Lets a caller ask for YAML."""

    media_type = YAML
    format = "yaml"

    @override
    def text_of(self, error: Any) -> str:
        text: str = yaml.safe_dump(error, allow_unicode=True)
        return text
