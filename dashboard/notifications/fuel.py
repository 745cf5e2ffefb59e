"""Sends notifications to Fuel, whose users see them behind the bell of its page."""

from collections.abc import Sequence

from typing_extensions import override

from dashboard.errors import BadInput, NeedsOperator
from dashboard.hosts_app.fuel.masters import configured_fuel, is_fuel_configured
from dashboard.notifications.channel import Channel, Notification


class FuelChannel(Channel):
    """Sends to the configured Fuel master; the values of ``Severity`` are topics of Fuel's."""

    key = "fuel"
    label = "Fuel"

    @override
    def send(self, notification: Notification) -> str:
        try:
            fuel = configured_fuel()
        except BadInput as error:
            raise NeedsOperator(error.sentence, fix=error.fix) from None
        fuel.notify(notification.text, topic=notification.severity.value)
        return f"{fuel.address} accepted it"


def fuel_channels() -> Sequence[FuelChannel]:
    """Return the channel to Fuel, none when no Fuel master is configured."""
    return [FuelChannel()] if is_fuel_configured() else []
