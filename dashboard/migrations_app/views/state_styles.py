"""How the states of plans, their items and findings, and of ledger entries look on pages."""

from dashboard.jobs.views.state_styles import StateStyle

STYLES = {
    "drafting": StateStyle("pencil", "busy"),
    "blocked": StateStyle("stop", "bad"),
    "ready": StateStyle("check", "good"),
    "executing": StateStyle("play", "busy"),
    "executed": StateStyle("check", "good"),
    "rolled_back": StateStyle("undo", "quiet"),
    "finalized": StateStyle("check", "good"),
    # servers that a move has halted
    "servers_down": StateStyle("power", "bad"),
    # what becomes of an item
    "create": StateStyle("plus", "busy"),
    "adopt": StateStyle("link", "quiet"),
    "map": StateStyle("arrow", "quiet"),
    "keep": StateStyle("check", "quiet"),
    "skip": StateStyle("skip", "quiet"),
    # findings
    "block": StateStyle("stop", "bad"),
    "warn": StateStyle("warning", "warn"),
    "info": StateStyle("info", "quiet"),
    # ledger entries
    "created": StateStyle("plus", "busy"),
    "adopted": StateStyle("link", "quiet"),
    "mapped": StateStyle("arrow", "quiet"),
    "intended": StateStyle("clock", "warn"),
    "present": StateStyle("check", "good"),
    "removed": StateStyle("undo", "quiet"),
}
