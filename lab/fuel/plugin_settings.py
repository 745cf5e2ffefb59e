"""The settings of plugins: a section in each environment whose release the plugin supports."""

from lab.fuel import releases
from lab.fuel.master import Master, Row


def add_sections(master: Master, cluster: Row) -> None:
    """Add the missing sections of plugins to an environment."""
    release = releases.release(cluster["release_id"])
    for plugin in master.all("plugins"):
        is_for_it = any(one["version"] == release["version"] for one in plugin["releases"])
        if is_for_it and plugin["name"] not in cluster["_settings"]:
            cluster["_settings"][plugin["name"]] = _section(plugin)


def _section(plugin: Row) -> Row:
    return {
        "metadata": {
            "chosen_id": plugin["id"],
            "class": "plugin",
            "default": False,
            "enabled": False,
            "label": plugin["title"],
            "toggleable": True,
            "versions": [_version(plugin)],
            "weight": 70,
        }
    }


def _version(plugin: Row) -> Row:
    return {
        "demo_plugin_text": {
            "description": "",
            "label": "Text field",
            "type": "text",
            "value": "Set default value",
            "weight": 25,
        },
        "metadata": {
            "contains_legacy_tasks": False,
            "group": "other",
            "hot_pluggable": False,
            "plugin_id": plugin["id"],
            "plugin_version": plugin["version"],
        },
    }
