"""What kind of router one is: highly available, distributed, with several default routes.

Only an administrator chooses that, and only at creation.
"""

from collections.abc import Mapping
from typing import Any

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.attributes import only_set
from dashboard.migrations_app.resources.network.common.conntrack_helpers import ALIAS, HELPERS
from dashboard.migrations_app.resources.network.common.extensions import EXTENSIONS, aliases_of
from dashboard.migrations_app.resources.network.common.further_gateways import (
    FURTHER,
    MULTIHOMING,
)
from dashboard.migrations_app.resources.network.common.gateways import GATEWAY_QOS
from dashboard.migrations_app.resources.network.common.ndp_proxies import ALIAS as NDP
from dashboard.migrations_app.resources.network.common.ndp_proxies import ENABLED, PROXIES
from dashboard.migrations_app.resources.network.common.zones import HINTS
from dashboard.migrations_app.resources.work import Work

# the aliases of their extensions
KINDS: Mapping[str, str] = {
    "ha": "l3-ha",
    "distributed": "dvr",
    "enable_default_route_bfd": "enable-default-route-bfd",
    "enable_default_route_ecmp": "enable-default-route-ecmp",
}
ROUTER_EXTENSIONS: Mapping[str, tuple[str, Any]] = {
    **EXTENSIONS,
    **{name: (alias, False) for name, alias in KINDS.items()},
    HINTS: ("router_availability_zone", None),
    HELPERS: (ALIAS, None),
    GATEWAY_QOS: ("qos-gateway-ip", None),
    FURTHER: (MULTIHOMING, None),
    ENABLED: ("l3-ext-ndp-proxy", False),
    PROXIES: (NDP, None),
}


def kind_of(work: Work) -> Json:
    """Return what the source's router is, as far as the destination's Neutron can be asked."""
    there = aliases_of(work.destination)
    known = [name for name, alias in KINDS.items() if alias in there]
    return only_set(work.record.fields, known)
