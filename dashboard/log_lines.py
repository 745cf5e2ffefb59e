"""How log records become lines on standard error."""

import logging

from typing_extensions import override

from dashboard.visible_text import visible

SERVER_ERROR = 500


class LineFormatter(logging.Formatter):
    """Formats records without control characters, which the texts of others may hold."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        return visible(super().format(record))


class RefusalFilter(logging.Filter):
    """Takes the traceback off the records of requests that were refused: anybody can cause them.

    Django logs one for a foreign Host, and for all else that it finds suspicious. Drops none.
    """

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", SERVER_ERROR) < SERVER_ERROR:
            record.exc_info = None
        return True
