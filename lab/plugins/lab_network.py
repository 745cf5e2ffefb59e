"""An ML2 mechanism driver without an agent: every port binds on any host and is ACTIVE at once."""

# Runs in a cloud's own virtual environment, which has the imported packages.
# mypy: ignore-errors
from neutron_lib import constants
from neutron_lib.plugins import directory
from neutron_lib.plugins.ml2 import api


class LabMechanismDriver(api.MechanismDriver):
    """Reports success where an agent would have to act."""

    def initialize(self) -> None:
        """Do nothing."""

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
