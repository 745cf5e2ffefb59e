"""Which old API a cloud speaks instead of today's, if any. A file of this package is enough."""

from functools import cache

from dashboard.clients import legacy
from dashboard.clients.legacy.found import Found
from dashboard.clients.legacy.translator import Translator
from dashboard.plugins import named_classes


def translator_of(found: Found) -> Translator | None:
    """Return what stands for today's API where the cloud speaks only an old one, else None."""
    mine = (api for api in _translators() if api.service == found.service)
    return next((api(found) for api in mine if api.speaks(found)), None)


@cache
def _translators() -> list[type[Translator]]:
    return named_classes(Translator, legacy)
