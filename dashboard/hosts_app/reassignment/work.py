"""What every step of a reassignment uses: the record, both clouds, Fuel and the machine."""

from dataclasses import dataclass
from functools import cached_property

from dashboard.clients.fuel.master import FuelMaster
from dashboard.clients.fuel.objects import Node
from dashboard.clients.inventory import InventoryHost
from dashboard.clients.openstack import CloudSession
from dashboard.errors import NeedsOperator
from dashboard.hosts_app.clouds import connect
from dashboard.hosts_app.fuel.masters import configured_fuel
from dashboard.hosts_app.models import Reassignment
from dashboard.hosts_app.power.inventory import configured_inventory
from dashboard.hosts_app.reassignment.fuel_tasks import FuelTasks
from dashboard.jobs.kinds import StepContext
from dashboard.jobs.models import Step


@dataclass(frozen=True)
class ReassignmentWork:
    """One step of a reassignment. Sessions are opened when they are first needed."""

    step: Step
    context: StepContext

    @cached_property
    def record(self) -> Reassignment:
        """What is known of the host."""
        return Reassignment.objects.select_related("source", "destination").get(job=self.step.job)

    @cached_property
    def fuel(self) -> FuelMaster:
        """The Fuel master."""
        return configured_fuel()

    @cached_property
    def source(self) -> CloudSession:
        """The cloud that the host leaves."""
        return connect(self.record.source)

    @cached_property
    def destination(self) -> CloudSession:
        """The cloud that the host joins."""
        return connect(self.record.destination)

    @cached_property
    def machine(self) -> InventoryHost:
        """The host in the inventory, by its MAC addresses since Fuel changes its name."""
        inventory = configured_inventory()
        return inventory.host_with_macs(self.record.macs) or inventory.host_named(self.record.host)

    @property
    def discovery_seconds(self) -> float:
        """How long Fuel may take to discover the host."""
        return float(self.step.job.params["discovery_seconds"])

    @property
    def deploy_seconds(self) -> float:
        """How long each Fuel task may take."""
        return float(self.step.job.params["deploy_seconds"])

    @property
    def places(self) -> dict[str, str]:
        """The interface of each network by the plan; jobs of older versions have none."""
        return dict(self.step.job.params.get("places") or {})

    @property
    def from_drained(self) -> bool:
        """Whether the cloud that the host leaves must have no tenants and no computes."""
        return bool(self.step.job.params["from_drained"])

    @property
    def keeps_disks(self) -> bool:
        """Whether the layout of the host's disks fits its new roles."""
        same_roles = set(self.record.roles) == set(self.record.old_roles)
        return same_roles or bool(self.step.job.params["returns"])

    def find_node(self) -> Node | None:
        """Return the host's node in Fuel, or None."""
        return self.fuel.node_with_macs(self.record.macs)

    def node(self) -> Node:
        """Return the host's node in Fuel. Raises ``NeedsOperator`` if there is none."""
        node = self.find_node()
        if node is None:
            raise NeedsOperator(
                f"Fuel has no node with the MAC addresses of {self.record.host}.",
                fix="Check whether it has booted from the network.",
            )
        return node

    def fuel_tasks(self, environment_id: int) -> FuelTasks:
        """Return what starts each Fuel task in an environment once."""
        return FuelTasks(
            fuel=self.fuel,
            record=self.record,
            environment_id=environment_id,
            context=self.context,
            seconds=self.deploy_seconds,
        )

    def save(self, **fields: object) -> None:
        """Set fields of the record and store them at once."""
        for name, value in fields.items():
            setattr(self.record, name, value)
        self.record.save(update_fields=list(fields))
