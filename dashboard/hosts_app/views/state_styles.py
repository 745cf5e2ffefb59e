"""How the states of clouds, hosts, their plans, servers and Fuel's environments look on pages."""

from dashboard.jobs.views.state_styles import StateStyle

STYLES = {
    "unknown": StateStyle("question", "quiet"),
    "reachable": StateStyle("check", "good"),
    "unreachable": StateStyle("cross", "bad"),
    "vanished": StateStyle("question", "warn"),
    # hosts, and whether they have power
    "working": StateStyle("check", "good"),
    "maintenance": StateStyle("pause", "warn"),
    "closed": StateStyle("stop", "warn"),
    "down": StateStyle("cross", "bad"),
    "on": StateStyle("power", "good"),
    "off": StateStyle("power", "quiet"),
    # plans about hosts and environments
    "drafting": StateStyle("pencil", "busy"),
    "ready": StateStyle("check", "good"),
    "refused": StateStyle("stop", "bad"),
    "started": StateStyle("play", "busy"),
    # Fuel's environments
    "new": StateStyle("plus", "quiet"),
    "deployment": StateStyle("play", "busy"),
    "operational": StateStyle("check", "good"),
    "partially_deployed": StateStyle("warning", "warn"),
    "stopped": StateStyle("pause", "warn"),
    "error": StateStyle("cross", "bad"),
    "remove": StateStyle("undo", "quiet"),
    # Nova's servers
    "ACTIVE": StateStyle("play", "good"),
    "SHUTOFF": StateStyle("stop", "quiet"),
    "PAUSED": StateStyle("pause", "quiet"),
    "SUSPENDED": StateStyle("pause", "quiet"),
    "SHELVED": StateStyle("pause", "quiet"),
    "SHELVED_OFFLOADED": StateStyle("pause", "quiet"),
    "VERIFY_RESIZE": StateStyle("warning", "warn"),
    "RESIZE": StateStyle("clock", "busy"),
    "MIGRATING": StateStyle("arrow", "busy"),
    "RESCUE": StateStyle("warning", "warn"),
    "ERROR": StateStyle("cross", "bad"),
}
