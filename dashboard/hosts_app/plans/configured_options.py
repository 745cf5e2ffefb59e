"""The options of actions that a ``config.yaml`` of 2015 has values for."""

from typing import Any

from dashboard.hosts_app.clouds import configured_settings


def configured_options(action: str) -> dict[str, Any]:
    """Return what the configuration says about an action where nothing is given: of reassign the
    roles and the interfaces of networks, as ``PLUGINS.assignment_parameters`` has them for
    ``assignment: fixed``.

    Raises ``BadInput`` for an error in the file.
    """
    plugins = configured_settings().plugins
    if action != "reassign" or plugins.assignment != "fixed":
        return {}
    layout = plugins.assignment_parameters
    roles = ",".join(map(str, layout.get("roles", ())))
    networks = ", ".join(
        f"{_name_of(network)}={_name_of(interface)}"
        for interface in layout.get("ifaces", ())
        for network in _networks_of(interface)
    )
    return {name: text for name, text in (("roles", roles), ("networks", networks)) if text}


def _networks_of(interface: Any) -> list[Any]:
    networks = interface.get("assigned_networks") if isinstance(interface, dict) else None
    return networks if isinstance(networks, list) else []


def _name_of(thing: Any) -> str:
    """Return a name, be it alone or in an object of Nailgun's, "" where there is none."""
    return str(thing.get("name") or "") if isinstance(thing, dict) else str(thing)
