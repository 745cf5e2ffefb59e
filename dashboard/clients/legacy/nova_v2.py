"""Nova before microversions, up to Kilo: ``/v2/{tenant}``, seen as the API of today.

Most paths are the same. A server names its flavor by id only, and nobody reads the key pairs of
others. What old servers do not tell is absent: user data, tags, locks, descriptions, host names.
"""

from functools import cached_property
from typing import Any

from typing_extensions import override

from dashboard.clients.legacy.answers import OldApiRefusedError, refused
from dashboard.clients.legacy.found import Found
from dashboard.clients.legacy.nova_v2_flavors import Flavors
from dashboard.clients.legacy.nova_v2_keys import Keys
from dashboard.clients.legacy.nova_v2_usage import with_usage
from dashboard.clients.legacy.paging import by_marker
from dashboard.clients.legacy.servers_of_grizzly import as_since_havana
from dashboard.clients.legacy.translator import Call, Json, Translator, route

_V2, _V2_1 = (2, 0), (2, 1)
# the first microversion with the key pairs of others; Kilo ends with 2.3
_LIBERTY = (2, 10)
_NO_REASONS = "Nova before Havana does not keep why a host is disabled, so it cannot be maintained"
# what the records of migrations are filtered by; old ones know none of these names
_FILTERS = ("instance_uuid", "source_compute", "migration_type", "status")


class OldNova(Translator):
    """Nova's API v2, without microversions."""

    name = "Nova's API v2"
    service = "compute"
    has_todays_paths = True

    @classmethod
    @override
    def speaks(cls, found: Found) -> bool:
        """Return whether nothing newer than v2.0 was found, or the v2.1 of Kilo: it is the same
        API, and its microversions are too few to be of use."""
        if found.version is None or found.version < _V2_1:
            return found.version == _V2
        newest = found.document.max_microversion if found.document else None
        return bool(newest and newest < _LIBERTY)

    @cached_property
    def flavors(self) -> Flavors:
        """The flavors that servers have, each read once."""
        return Flavors(self)

    @cached_property
    def keys(self) -> Keys:
        """The key pairs of users."""
        return Keys(self)

    @route("GET", "/servers/detail")
    def servers(self, call: Call) -> Json:
        """Return all servers with their flavors embedded, as since 2.47."""
        found = by_marker(self, "/servers/detail", "servers", call.query)
        return {"servers": [self._server(each) for each in found]}

    @route("GET", "/servers/{server_id}")
    def server(self, call: Call, server_id: str) -> Json:
        """Return a server with its flavor embedded."""
        return {"server": self._server(self.ask("GET", f"/servers/{server_id}")["server"])}

    def _server(self, server: Json) -> Json:
        told = as_since_havana(server, self)
        return {**told, "flavor": self.flavors.embedded(server.get("flavor") or {})}

    @route("POST", "/servers/{server_id}/action")
    def act(self, call: Call, server_id: str) -> Json:
        """Pass an action on; a live migration with the arguments that it has here."""
        if "os-migrateLive" in (call.body or {}):
            return self._migrate_live(f"/servers/{server_id}/action", call.body["os-migrateLive"])
        found: Json = self.pass_on(call)
        return found

    def _migrate_live(self, path: str, wanted: Json) -> Json:
        """Migrate live, without copying disks; where the hosts share none, with that.

        Since Icehouse the answer comes after Nova has checked the hosts, so that it says so.
        """
        arguments = {"host": wanted.get("host"), "disk_over_commit": False}

        def asked(block_migration: bool) -> Json:
            body = {"os-migrateLive": {**arguments, "block_migration": block_migration}}
            return self.ask("POST", path, body=body)

        try:
            return asked(False)
        except OldApiRefusedError as error:
            if error.response.status_code != 400 or "shared storage" not in error.response.text:
                raise
        return asked(True)

    @route("GET", "/os-server-groups")
    def server_groups(self, call: Call) -> Json:
        """Return server groups, which Nova has since Icehouse."""
        return self.find("/os-server-groups", query=call.query) or {"server_groups": []}

    @route("GET", "/os-services")
    def services(self, call: Call) -> Json:
        """Return the services of a binary; before Icehouse they have no ids."""
        found = self.ask("GET", "/os-services")["services"]
        wanted = (each for each in found if call.query.get("binary") in (None, each["binary"]))
        return {"services": [{"id": f"{s['binary']}@{s['host']}", **s} for s in wanted]}

    @route("PUT", "/os-services/disable-log-reason")
    def disable(self, call: Call) -> Any:
        """Disable a service with a reason, which Nova keeps since Havana: by it, one that
        Pumphouse has disabled is told from others."""
        answer = self.pass_on(call)
        return refused(501, _NO_REASONS) if answer.status_code == 404 else answer

    @route("GET", "/os-migrations")
    def migrations(self, call: Call) -> Json:
        """Return the records of cold migrations and resizes, which Nova has since Havana: there
        are no others here."""
        answer = self.find("/os-migrations") or {"migrations": []}
        records = [_typed(each) for each in answer["migrations"]]
        wanted = {name: call.query[name] for name in _FILTERS if name in call.query}
        return {
            "migrations": [
                record
                for record in records
                if all(record.get(name) == value for name, value in wanted.items())
            ]
        }

    @route("GET", "/os-quota-sets/{project_id}/detail")
    def usage(self, call: Call, project_id: str) -> Json:
        """Return the limits of a project with what it uses, as far as Nova tells that.

        Of a single user it tells nothing: 404, as this path itself has here.
        """
        if "user_id" in call.query:
            found: Json = self.pass_on(call)
            return found
        limits = self.ask("GET", f"/os-quota-sets/{project_id}")["quota_set"]
        used = self.ask("GET", "/limits", query={"tenant_id": project_id})["limits"]["absolute"]
        return {"quota_set": with_usage(limits, used)}

    @route("GET", "/os-keypairs")
    def keypairs(self, call: Call) -> Json:
        """Return the key pairs of the user that is named, as since 2.10, or else the caller's."""
        return {"keypairs": [{"keypair": key} for key in self.keys.of(call.query.get("user_id"))]}

    @route("GET", "/os-keypairs/{name}")
    def keypair(self, call: Call, name: str) -> Json:
        """Return one key pair of the user that is named, or else of the caller."""
        return self.keys.named(name, call)


def _typed(record: Json) -> Json:
    """Return a record with its type, which Nova tells from 2.23 on."""
    same = record["old_instance_type_id"] == record["new_instance_type_id"]
    return {"migration_type": "migration" if same else "resize", **record}
