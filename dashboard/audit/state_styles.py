"""How the results of acts look on pages."""

from dashboard.jobs.views.state_styles import StateStyle

STYLES = {"refused": StateStyle("stop", "bad"), "begun": StateStyle("clock", "quiet")}
