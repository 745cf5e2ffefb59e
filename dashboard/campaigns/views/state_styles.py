"""How the states of campaigns and of their tenants look on pages."""

from dashboard.jobs.views.state_styles import StateStyle

STYLES = {
    "draft": StateStyle("pencil", "quiet"),
    "paused": StateStyle("pause", "warn"),
    "waiting": StateStyle("clock", "quiet"),
    "planning": StateStyle("pencil", "busy"),
    "moving": StateStyle("play", "busy"),
    "verifying": StateStyle("play", "busy"),
    "moved": StateStyle("check", "good"),
    "rolling_back": StateStyle("undo", "busy"),
    "taken_out": StateStyle("skip", "quiet"),
    "asks": StateStyle("warning", "warn"),
    "confirmed": StateStyle("clock", "busy"),
}
