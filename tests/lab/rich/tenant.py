"""The whole tenant, made on the source and cleared from it."""

from uuid import uuid4

from dashboard.clients.openstack import CloudSession
from dashboard.migrations_app.resources.compute.server.states import delete_server
from tests.lab.rich.data import Data
from tests.lab.rich.keys import Keys
from tests.lab.rich.made import Made
from tests.lab.rich.network import Network
from tests.lab.rich.people import People


class RichTenant:
    """A project with one of everything that the lab's services offer."""

    def __init__(self, source: CloudSession, destination: CloudSession) -> None:
        self.source = source
        self.name = f"rich-{uuid4().hex[:8]}"
        self.made = Made(source)
        try:
            self.people = People(self.made, self.name)
            self.project_id = self.people.project_id
            self.network = Network(
                self.made, destination, self.project_id, other=self.people.other_id
            )
            self.keys = Keys(self.made, self.people)
            self.data = Data(self.made, self.people, self.network.parent)
        except BaseException:
            self.made.clear()
            raise

    def clear(self) -> None:
        """Delete all of it from the source."""
        for server_id in (self.data.locked, self.data.orphan):
            delete_server(self.source, server_id, check=lambda: None)
        self.network.clear()
        self.made.clear()
