"""The calls of a Fuel master about what its pages show: notifications and links."""

from contextlib import suppress

from dashboard.clients.fuel.connection import FuelConnection
from dashboard.clients.fuel.objects import Json, Notification
from dashboard.errors import Conflict


class PageCalls:
    """The calls about notifications, plugins and links."""

    _connection: FuelConnection

    def plugins(self) -> list[Json]:
        """Return the installed plugins with their versions and the releases that they are for."""
        return list(self._connection.get_request("plugins/"))

    def notifications(self) -> list[Notification]:
        """Return Fuel's notifications, oldest first: Nailgun's own order is none."""
        found = self._connection.get_request("notifications/")
        return sorted((Notification.of(data) for data in found), key=lambda one: one.id)

    def notify(self, message: str, *, topic: str, environment_id: int | None = None) -> None:
        """Add a notification; ``topic`` is done, warning or error."""
        body: Json = {"topic": topic, "message": message}
        if environment_id is not None:
            body["cluster_id"] = environment_id
        self._connection.post_request("notifications/", body)

    def plugin_id(self, name: str) -> int | None:
        """Return the id of an installed plugin, the newest where there are several, or None."""
        ids = [plugin["id"] for plugin in self.plugins() if plugin["name"] == name]
        return max(ids, default=None)

    def link_from_plugin(self, plugin_id: int, *, title: str, url: str, description: str) -> None:
        """Show a link on Fuel's page of plugins, the only one with this title."""
        self._link(f"plugins/{plugin_id}/links", title=title, url=url, description=description)

    def link_from_environment(
        self, environment_id: int, *, title: str, url: str, description: str
    ) -> None:
        """Show a link on an environment's dashboard, the only one with this title."""
        path = f"clusters/{environment_id}/plugin_links"
        self._link(path, title=title, url=url, description=description)

    def _link(self, path: str, *, title: str, url: str, description: str) -> None:
        """Create a link, or give the one with this title its address; more of them are removed.

        One that a person has hidden stays hidden.
        """
        body: Json = {"title": title[:50], "url": url, "description": description}
        links = self._connection.get_list(path)
        own = [link for link in links if link["title"] == body["title"]]
        own.sort(key=lambda link: link["url"] != url)
        for link in own[1:]:
            self._connection.delete_request(f"{path}/{link['id']}")
        if own and own[0]["url"] != url:
            self._connection.put_request(f"{path}/{own[0]['id']}", body)
        elif not own:
            with suppress(Conflict):
                self._connection.post_request(path, body)
