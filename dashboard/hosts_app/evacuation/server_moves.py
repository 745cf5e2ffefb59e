"""Moves one server off its host, in whichever way; each may be called again after a crash.

A move is over when Nova does nothing with the server, its migration's record is final and the
server's host is another one: each of these alone can be true too early.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from dashboard.clients.openstack import CloudSession, Json, poll_until
from dashboard.errors import NeedsOperator
from dashboard.hosts_app.compute.nova import host_of, migrations, task_of
from dashboard.jobs.kinds import StepContext
from dashboard.jobs.models import LogLevel

Found = TypeVar("Found")

TRIES = 2
ABORT_SECONDS = 120.0
CHANGE_SECONDS = 600.0
EVACUATED_BY_NOVA = frozenset({"ACTIVE", "SHUTOFF", "ERROR"})
FINAL_STATUSES = frozenset(
    {"completed", "confirmed", "done", "reverted", "cancelled", "error", "failed"}
)


class Ending(StrEnum):
    """How the wait for a migration ended."""

    AWAY = "away"
    STAYED = "stayed"
    AWAITS_CONFIRMATION = "awaits confirmation"
    LATE = "late"


@dataclass(frozen=True, kw_only=True)
class ServerMove:
    """The move of one server off ``host``. ``limit`` is for each migration, in seconds."""

    cloud: CloudSession
    server_id: str
    host: str
    limit: float
    context: StepContext

    def by_state(self) -> None:
        """Migrate it live if it runs or is paused; migrated cold, a stopped one stays stopped.

        By its state now and not in the plan, since its owner may have started or stopped it.
        """
        if self._server()["status"] in ("SHUTOFF", "RESIZE", "VERIFY_RESIZE"):
            self.cold()
        else:
            self.live()

    def live(self) -> None:
        """Migrate it live. A migration beyond its limit is aborted, and tried once more.

        Raises ``NeedsOperator`` when it is still here after that.
        """
        ending = Ending.STAYED
        for _ in range(TRIES):
            if self._is_away():
                return
            ending = self._migrate_live()
            if ending == Ending.LATE:
                self._abort()
        if not self._is_away():
            raise self._failure(ending, how="migrated live")

    def _migrate_live(self) -> Ending:
        if not task_of(self._server()):
            # 2.25, since Mitaka: Nova finds out by itself whether disks must be copied, and the
            # answer waits for the scheduler, so that "no valid host" comes as a reason.
            body = {"os-migrateLive": {"host": None, "block_migration": "auto"}}
            self._act(body, microversion="2.25")
        return self._ending(self.limit)

    def cold(self) -> None:
        """Migrate it cold and confirm: a running server restarts, a stopped one stays stopped.

        Raises ``NeedsOperator`` when it is still here after that, or not within its limit.
        """
        server = self._server()
        if host_of(server) == self.host and not task_of(server):
            self._act({"migrate": None})
        ending = self._ending(self.limit)
        if ending == Ending.AWAITS_CONFIRMATION:
            self._act({"confirmResize": None})
            ending = self._ending(self.limit, confirmed=True)
        if ending != Ending.AWAY:
            raise self._failure(ending, how="migrated cold")

    def stop(self) -> None:
        """Shut it down and migrate it cold; it stays stopped, as its owner has asked."""
        server = self._server()
        if host_of(server) == self.host and server["status"] == "ACTIVE":
            self._change("os-stop", to="SHUTOFF")
        self.cold()

    def resumed(self) -> None:
        """Resume a suspended server, migrate it live and suspend it again.

        Nova migrates no suspended server. One that cannot be moved is suspended again as well.
        """
        if not self._is_away():
            self._change("resume", to="ACTIVE")
        try:
            self.live()
        except NeedsOperator:
            self._change("suspend", to="SUSPENDED")
            raise
        self._change("suspend", to="SUSPENDED")

    def offload(self) -> None:
        """Take a shelved server off its host; it has none until it is unshelved."""
        if not self._is_away():
            self._change("shelveOffload", to="SHELVED_OFFLOADED")

    def rebuild(self, *, was: str, has_disks: bool, on_shared_storage: bool) -> None:
        """Have Nova evacuate it: start it on another host from the disks that are left of it.

        Only once this host is fenced. ``was`` is its status by the plan: one that was SHUTOFF is so
        afterwards, all others run, as after a power cut. ``has_disks`` are disks that are no
        volumes. When these are said to be ``on_shared_storage`` and are not there, Nova refuses: it
        does not make them anew. Raises ``NeedsOperator`` when it is still here after that.
        """
        server = self._server()
        if host_of(server) == self.host and not task_of(server):
            if server["status"] not in EVACUATED_BY_NOVA:
                # Nova evacuates no others; what they had in memory is gone in any case.
                self._act({"os-resetState": {"state": "active"}})
            self._evacuate(has_disks=has_disks, on_shared_storage=on_shared_storage)
        ending = self._ending(self.limit)
        if ending != Ending.AWAY:
            raise self._failure(ending, how="rebuilt elsewhere")
        if was == "SHUTOFF":
            self._change("os-stop", to="SHUTOFF")

    def tell(self) -> None:
        """Log where the server is now; a shelved one is nowhere."""
        server = self._server()
        place = f"is on {host_of(server)} now" if host_of(server) else "has no host now"
        self.context.log(f"Moved {server['name']} off {self.host}: it {place}.")

    def _evacuate(self, *, has_disks: bool, on_shared_storage: bool) -> None:
        """Ask for it, so that the server runs afterwards: 2.95 would leave it stopped.

        From 2.14 on Nova looks for the disks by itself, and makes those anew that it does not find.
        Before, and so to insist, it compares what it finds with what it is told.
        """
        if (has_disks and on_shared_storage) or not self.cloud.supports("compute", "2.14"):
            body: Json = {"evacuate": {"onSharedStorage": on_shared_storage}}
            self._act(body, microversion=self.cloud.at_most("compute", "2.13"))
        else:
            self._act({"evacuate": {}}, microversion=self.cloud.at_most("compute", "2.94"))

    def _change(self, action: str, *, to: str) -> None:
        """Bring an idle server into a state by one action; from itself is nothing to do."""
        if self._idle()["status"] == to:
            return
        self._act({action: None})

        def there() -> bool | None:
            return True if self._idle()["status"] == to else None

        self._wait(there, what=f"server {self.server_id} to become {to}", seconds=CHANGE_SECONDS)

    def _idle(self) -> Json:
        def idle() -> Json | None:
            server = self._server()
            return None if task_of(server) else server

        what = f"Nova to finish its task on server {self.server_id}"
        return self._wait(idle, what=what, seconds=CHANGE_SECONDS)

    def _ending(self, seconds: float, *, confirmed: bool = False) -> Ending:
        """Wait for the end of what is under way, at most so many seconds.

        ``confirmed`` says that a confirmation was sent, which the status shows only later.
        """
        deadline = time.monotonic() + seconds

        def ended() -> Ending | None:
            ending = self._state(confirmed=confirmed)
            return ending or (Ending.LATE if time.monotonic() > deadline else None)

        what = f"server {self.server_id} to leave {self.host}"
        return self._wait(ended, what=what, seconds=seconds + CHANGE_SECONDS)

    def _state(self, *, confirmed: bool) -> Ending | None:
        record, server = self._record(), self._server()
        if task_of(server):
            return None
        if server["status"] == "VERIFY_RESIZE" and record.get("status") == "finished":
            # A resize is its owner's, who may want to revert it.
            if record.get("migration_type") == "resize":
                return Ending.STAYED
            return None if confirmed else Ending.AWAITS_CONFIRMATION
        if record and record["status"] not in FINAL_STATUSES:
            return None
        return Ending.AWAY if host_of(server) != self.host else Ending.STAYED

    def _abort(self) -> None:
        """Abort the live migration that is under way, and wait until Nova has done so.

        Before 2.65 Nova refuses while the migration is queued or being prepared, and would leave
        one that hangs later alone: so it is asked until it obeys or the migration has ended.
        """
        late, name = f"not over after {self.limit:.0f} s", self._server()["name"]
        self.context.log(f"Abort the migration of {name}: {late}.", level=LogLevel.WARNING)

        def obeyed() -> bool | None:
            return True if self._state(confirmed=False) or self._asked_to_abort() else None

        what = f"Nova to abort the migration of server {self.server_id}"
        self._wait(obeyed, what=what, seconds=ABORT_SECONDS)
        self._ending(ABORT_SECONDS)

    def _asked_to_abort(self) -> bool:
        """Ask Nova to abort, and say whether it will; not before there is a record to name."""
        record = self._record()
        if not record:
            return False
        path = f"/servers/{self.server_id}/migrations/{record['id']}"
        try:
            self.cloud.delete("compute", path, microversion=self.cloud.at_most("compute", "2.65"))
        except NeedsOperator as error:
            self.context.log(f"Could not abort yet: {error.sentence}", level=LogLevel.WARNING)
            return False
        return True

    def _failure(self, ending: Ending, *, how: str) -> NeedsOperator:
        server, status = self._server(), self._record().get("status", "never begun")
        sentence = f"Server {server['name']} could not be {how} from {self.host}"
        fix = (
            f"See its events (openstack server event list {self.server_id}), then retry; "
            f"or skip this server and move it by hand."
        )
        if ending == Ending.LATE:
            sentence += f": its migration was not over after {self.limit:.0f} s, and was {status}."
            fix += " A busy server needs longer: plan again with more seconds for each."
        else:
            sentence += f": its migration ended as {status}, the server is {server['status']}."
        if fault := server.get("fault", {}).get("message"):
            sentence += f" Nova says: {fault.rstrip('.')}."
        return NeedsOperator(sentence, fix=fix)

    def _is_away(self) -> bool:
        """Return whether the server has left; one that is being migrated has not."""
        server = self._server()
        return host_of(server) != self.host and not task_of(server)

    def _record(self) -> Json:
        """Return the newest record of a migration from this host, {} when there is none."""
        records = migrations(self.cloud, instance_uuid=self.server_id)
        mine = [each for each in records if each["source_compute"] == self.host]
        return mine[-1] if mine else {}

    def _server(self) -> Json:
        return self.cloud.get("compute", f"/servers/{self.server_id}", "server")

    def _act(self, body: Json, *, microversion: str = "") -> None:
        path = f"/servers/{self.server_id}/action"
        self.cloud.post("compute", path, body, microversion=microversion)

    def _wait(self, probe: Callable[[], Found | None], *, what: str, seconds: float) -> Found:
        return poll_until(probe, what=what, seconds=seconds, check=self.context.check)
