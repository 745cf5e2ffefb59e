"""Metering labels, which are not migrated."""

from tests.support.cloud.network.standard import NeutronCollection


class MeteringLabels(NeutronCollection):
    """Labels by which traffic is counted: they are not migrated."""

    extension = "metering"
    tagged_as = None

    def __init__(self) -> None:
        rules = {"plural": "metering_labels", "for_admin": frozenset({"create", "delete"})}
        fields = {"shared": False}
        super().__init__("metering/metering-labels", "metering_label", fields, **rules)
