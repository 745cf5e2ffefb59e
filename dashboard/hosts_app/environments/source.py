"""An environment of Fuel with everything of it that can be copied."""

from dataclasses import dataclass

from dashboard.clients.fuel.master import FuelMaster
from dashboard.clients.fuel.objects import Environment, Json, Node
from dashboard.hosts_app.environments.networks import (
    CopiedNetwork,
    carried_parameters,
    networks_of,
)
from dashboard.hosts_app.environments.numbering import Numbering


@dataclass(frozen=True, kw_only=True)
class Source:
    """An environment as it is in Fuel; its settings contain passwords."""

    environment: Environment
    settings: Json
    configuration: Json
    groups: dict[str, int]
    nodes: list[Node]

    @property
    def networks(self) -> list[CopiedNetwork]:
        """Its networks, without the master's own."""
        return networks_of(self.configuration, self.groups)

    @property
    def numbering(self) -> Numbering:
        """Its ranges and VLANs."""
        return Numbering(
            networks=self.networks,
            parameters=carried_parameters(self.configuration),
            segmentation=self.segmentation,
        )

    @property
    def segmentation(self) -> str:
        """How tenants' networks are separated: vlan, tun or gre; "" with nova-network."""
        parameters = self.configuration["networking_parameters"]
        return str(parameters.get("segmentation_type") or "")


def read_source(fuel: FuelMaster, environment: Environment) -> Source:
    """Read everything that can be copied of an environment from Fuel."""
    return Source(
        environment=environment,
        settings=fuel.settings(environment.id)["editable"],
        configuration=fuel.network_configuration(environment.id),
        groups=fuel.nodegroups(environment.id),
        nodes=fuel.nodes(environment.id),
    )
