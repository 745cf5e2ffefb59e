"""The API of notifications, plugins and links, and its version."""

import json

from lab.fuel.master import Master, Row
from lab.fuel.refusal import Refusal, not_found
from lab.fuel.routing import CREATED, NO_CONTENT, Call, Python, route

LONGEST_TITLE = 50
TOPICS = ("discover", "done", "error", "warning", "release")
VERSION = {
    "api": "1",
    "auth_required": True,
    "feature_groups": ["experimental", "advanced"],
    "release": "10.0",
}


@route("GET", "version")
def show_version(master: Master, call: Call) -> Row:
    """Show the version of the API."""
    return VERSION


@route("GET", "notifications")
def list_notifications(master: Master, call: Call) -> list[Row]:
    """List the notifications."""
    return master.notifications


@route("POST", "notifications", status=CREATED)
def add_notification(master: Master, call: Call) -> Row:
    """Add a notification."""
    topic, node_id = call.body.get("topic"), call.body.get("node_id")
    if topic not in TOPICS or (topic == "discover" and not node_id):
        raise Refusal(400, "Notification topic is not found or invalid")
    cluster_id = call.body.get("cluster_id")
    return master.notify(topic, call.body["message"], cluster=cluster_id, node=node_id)


@route("GET", "notifications/stats")
def count_notifications(master: Master, call: Call) -> Row:
    """Count the notifications."""
    total = len(master.notifications)
    read = sum(row["status"] == "read" for row in master.notifications)
    return {"total": total, "read": read, "unread": total - read}


@route("PUT", "notifications/#")
def change_notification(master: Master, call: Call) -> Row:
    """Mark a notification as read."""
    for row in master.notifications:
        if row["id"] == call.ids[0]:
            row["status"] = call.body.get("status", row["status"])
            return row
    raise not_found("Notification")


@route("GET", "plugins")
def list_plugins(master: Master, call: Call) -> list[Row]:
    """List the plugins."""
    return master.all("plugins")


@route("POST", "plugins", status=CREATED)
def register_plugin(master: Master, call: Call) -> Row:
    """Register a plugin by its metadata; an existing one is returned as text."""
    for row in master.all("plugins"):
        if (row["name"], row["version"]) == (call.body["name"], call.body["version"]):
            raise Refusal(409, json.dumps(call.body | {"id": row["id"]}))
    return master.add("plugins", call.body | {"_links": []})


@route("GET", "plugins/#/links")
def list_plugin_links(master: Master, call: Call) -> Python:
    """List the links of a plugin, which Fuel 10.0 does in Python instead of JSON."""
    return Python(master.row("plugins", call.ids[0])["_links"])


@route("DELETE", "plugins/#/links/#", status=NO_CONTENT)
def delete_plugin_link(master: Master, call: Call) -> None:
    """Delete a link of a plugin."""
    _delete_link(master.row("plugins", call.ids[0]), call.ids[1])


@route("POST", "plugins/#/links", status=CREATED)
def add_plugin_link(master: Master, call: Call) -> Row:
    """Add a link to a plugin."""
    return _add_link(master.row("plugins", call.ids[0]), call.body, kind="Plugin")


@route("PUT", "plugins/#/links/#")
def change_plugin_link(master: Master, call: Call) -> Row:
    """Change a link of a plugin."""
    return _change_link(master.row("plugins", call.ids[0]), call.ids[1], call.body)


@route("GET", "clusters/#/plugin_links")
def list_cluster_links(master: Master, call: Call) -> list[Row]:
    """List the links on an environment's dashboard."""
    links: list[Row] = master.row("clusters", call.ids[0])["_links"]
    return links


@route("POST", "clusters/#/plugin_links", status=CREATED)
def add_cluster_link(master: Master, call: Call) -> Row:
    """Add a link to an environment's dashboard."""
    of = f" and cluster ID={call.ids[0]}"
    return _add_link(master.row("clusters", call.ids[0]), call.body, kind="Cluster plugin", of=of)


@route("PUT", "clusters/#/plugin_links/#")
def change_cluster_link(master: Master, call: Call) -> Row:
    """Change a link on an environment's dashboard."""
    return _change_link(master.row("clusters", call.ids[0]), call.ids[1], call.body)


@route("DELETE", "clusters/#/plugin_links/#", status=NO_CONTENT)
def delete_cluster_link(master: Master, call: Call) -> None:
    """Delete a link on an environment's dashboard."""
    _delete_link(master.row("clusters", call.ids[0]), call.ids[1])


def _change_link(owner: Row, identity: int, body: Row) -> Row:
    for link in owner["_links"]:
        if link["id"] == identity:
            link |= {key: body[key] for key in link if key != "id" and key in body}
            return dict(link)
    raise not_found("PluginLink")


def _delete_link(owner: Row, identity: int) -> None:
    owner["_links"] = [link for link in owner["_links"] if link["id"] != identity]


def _add_link(owner: Row, body: Row, *, kind: str, of: str = "") -> Row:
    links = owner["_links"]
    if len(body["title"]) > LONGEST_TITLE:
        raise Refusal(400, f"u'{body['title']}' is too long", plain=True)
    if any(link["url"] == body["url"] for link in links):
        raise Refusal(409, f"{kind} link with URL {body['url']}{of} already exists")
    link = {
        "id": max((link["id"] for link in links), default=0) + 1,
        "title": body["title"],
        "url": body["url"],
        "description": body.get("description"),
        "hidden": body.get("hidden", False),
    }
    links.append(link)
    return link
