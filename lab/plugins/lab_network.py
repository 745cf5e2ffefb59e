"""Drivers without an agent: every port binds on any host and is ACTIVE at once.

Trunks and QoS need a driver each, or Neutron refuses to load their plugins.
"""

# Runs in a cloud's own virtual environment, which has the imported packages.
# mypy: ignore-errors
from neutron.services.trunk.drivers.base import DriverBase as TrunkDriver
from neutron_lib import constants
from neutron_lib.db import constants as db_constants
from neutron_lib.plugins import directory
from neutron_lib.plugins.ml2 import api
from neutron_lib.services.qos import constants as qos
from neutron_lib.services.qos.base import DriverBase as QosDriver

_ANY_RATE = {"type:range": [0, db_constants.DB_INTEGER_MAX_VALUE]}
_DIRECTION = {"type:values": constants.VALID_DIRECTIONS}
# As Open vSwitch supports them.
QOS_RULES = {
    qos.RULE_TYPE_BANDWIDTH_LIMIT: {
        qos.MAX_KBPS: _ANY_RATE,
        qos.MAX_BURST: _ANY_RATE,
        qos.DIRECTION: _DIRECTION,
    },
    qos.RULE_TYPE_DSCP_MARKING: {
        qos.DSCP_MARK: {"type:values": constants.VALID_DSCP_MARKS},
    },
    qos.RULE_TYPE_MINIMUM_BANDWIDTH: {qos.MIN_KBPS: _ANY_RATE, qos.DIRECTION: _DIRECTION},
}


class LabTrunkDriver(TrunkDriver):
    """Accepts trunks. As with Open vSwitch, the parent port must not be bound yet."""

    @property
    def is_loaded(self) -> bool:
        """Return that it serves this Neutron, whatever its mechanism drivers."""
        return True


class LabMechanismDriver(api.MechanismDriver):
    """Reports success where an agent would have to act."""

    def initialize(self) -> None:
        """Create the drivers of the service plugins, which register when these have started."""
        self._drivers = (
            LabTrunkDriver("lab", ("ovs",), ("vlan",)),
            QosDriver("lab", ["ovs"], ["normal", "direct"], QOS_RULES),
        )

    def bind_port(self, context: api.PortContext) -> None:
        """Bind to the first segment."""
        for segment in context.segments_to_bind:
            details = {"port_filter": True, "ovs_hybrid_plug": False}
            status = constants.PORT_STATUS_ACTIVE
            context.set_binding(segment[api.ID], "ovs", details, status=status)
            return

    def update_port_postcommit(self, context: api.PortContext) -> None:
        """Report a server's port as up, as its agent would.

        The activation of a binding after a live migration leaves the port DOWN until an agent
        reports it, and there is none.
        """
        port = context.current
        if (
            port.get("binding:vif_type") == "ovs"
            and port.get("status") == constants.PORT_STATUS_DOWN
            and port.get("device_owner", "").startswith("compute:")
        ):
            directory.get_plugin().update_port_status(
                context._plugin_context, port["id"], constants.PORT_STATUS_ACTIVE
            )
