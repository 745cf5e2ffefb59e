"""The recorded tenant that tests move, and what moving it must leave as it was."""

import copy

from tests.support.juno.cloud import JunoCloud
from tests.support.juno.messages import Json

ACME = "5900a9f21ccb4f45900ea62f904f58d8"
BROKEN = "broken-lab-fail"
# the accounts get roles and lose them again
_KEPT = ("nova", "cinder", "nova_network")


def state_of(juno: JunoCloud) -> Json:
    """Return what the cloud has of servers, volumes and networks."""
    return copy.deepcopy({name: juno.state[name] for name in _KEPT})
