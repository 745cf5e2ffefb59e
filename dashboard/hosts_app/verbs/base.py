"""What the verbs of clouds share. Other apps have some of their own, in a package of this name."""

from collections.abc import Sequence
from functools import cache

from typing_extensions import override

from dashboard.errors import PumphouseError, WrongState
from dashboard.hosts_app.models import Cloud
from dashboard.jobs.verb import Verb, verbs_of


class CloudVerb(Verb[Cloud]):
    """A verb of a cloud."""

    @override
    def subject(self, target: Cloud) -> str:
        return f"cloud:{target.name}"

    @override
    def refusal(self, target: Cloud) -> PumphouseError | None:
        if target.state != Cloud.State.VANISHED:
            return None
        return WrongState(
            f"Cloud {target.name} is no longer configured. {target.explanation}".strip(),
            fix="Put it back, then read the configuration again.",
        )


@cache
def cloud_verbs() -> Sequence[CloudVerb]:
    """Return the verbs of a cloud in their order."""
    return verbs_of(CloudVerb)
