"""The configured inventory of machines, and the BMC of each host in it."""

from pathlib import Path

from django.conf import settings

from dashboard.clients.inventory import Inventory, read_inventory
from dashboard.clients.ipmi import Bmc
from dashboard.errors import BadInput
from dashboard.text_files import is_there

INVENTORY = "inventory.yaml"


def inventory_path() -> Path:
    """Return where the inventory is.

    That is PUMPHOUSE_INVENTORY, else beside the clouds' configuration, else in PUMPHOUSE_HOME.
    """
    if settings.PUMPHOUSE_INVENTORY:
        return Path(settings.PUMPHOUSE_INVENTORY)
    beside = Path(settings.PUMPHOUSE_CONFIG).absolute().parent / INVENTORY
    if settings.PUMPHOUSE_CONFIG and is_there(beside):
        return beside
    return Path(settings.HOME) / INVENTORY


def configured_inventory() -> Inventory:
    """Read the inventory. Raises ``BadInput`` if there is none, or for an error in it."""
    path = inventory_path()
    if not is_there(path):
        raise BadInput(
            f"There is no inventory at {path}.",
            fix="Write one as docs/inventory.md says, or name it in PUMPHOUSE_INVENTORY.",
        )
    return read_inventory(path)


def bmc_of(host: str) -> Bmc:
    """Return the BMC of a host. Raises ``BadInput`` or ``NotFound`` if none is known."""
    return configured_inventory().bmc_of(host)
