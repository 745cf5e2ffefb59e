"""Tells news through Fuel: its users see them behind the bell of its page."""

from collections.abc import Sequence

from dashboard.errors import BadInput, NeedsOperator
from dashboard.hosts_app.fuel.masters import configured_fuel, is_fuel_configured
from dashboard.notifications.channel import Channel, Notice


class FuelChannel(Channel):
    """The Fuel master that is configured."""

    key = "fuel"
    label = "Fuel"

    def tell(self, notice: Notice) -> str:
        """Add a notification; the values of ``Tone`` are topics of Fuel's."""
        try:
            fuel = configured_fuel()
        except BadInput as error:
            raise NeedsOperator(error.sentence, fix=error.fix) from None
        fuel.notify(notice.text, topic=notice.tone.value)
        return f"{fuel.address} took it"


def fuel_channels() -> Sequence[FuelChannel]:
    """Return the channel to Fuel if there is a Fuel."""
    return [FuelChannel()] if is_fuel_configured() else []
