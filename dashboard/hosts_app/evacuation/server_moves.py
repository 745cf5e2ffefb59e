"""Moves one server off its host in one of several ways, each of which can be retried after a crash.

A move is over when Nova has no task for the server, its migration's record is final and the server
is on another host: each of these alone can become true too early.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from dashboard.clients.openstack import CloudSession, Json
from dashboard.clients.polling import poll_until
from dashboard.errors import NeedsOperator, Retryable
from dashboard.hosts_app.compute.nova import host_of, migrations, task_of
from dashboard.jobs.kinds import StepContext
from dashboard.jobs.models import LogLevel

Found = TypeVar("Found")

TRIES = 2
ABORTS_SINCE = "2.24"
"""The microversion since which a live migration can be aborted; 2.23 records them."""
ABORT_SECONDS = 120.0
CHANGE_SECONDS = 600.0
OTHERS_SECONDS = 6 * 3600.0
"""How long others may take for a task: a tenant's move makes snapshots of large disks."""
MOVING_TASKS = ("migrating", "resize_")
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
    """The move of one server off ``host``. ``limit`` is the time for each migration, in seconds."""

    cloud: CloudSession
    server_id: str
    host: str
    limit: float
    context: StepContext

    def by_state(self) -> None:
        """Migrate it live if it is running or paused, else cold; a stopped one stays stopped.

        This goes by its state now, since its owner may have started or stopped it since the plan.
        """
        self._await_others()
        status = self._server()["status"]
        if status in ("SHUTOFF", "RESIZE", "VERIFY_RESIZE"):
            self.cold()
        elif status == "PAUSED" and not self._is_recorded:
            self.unpaused()
        else:
            self.live()

    def live(self) -> None:
        """Migrate it live. A migration that exceeds its limit is aborted, and retried once.

        Before Mitaka Nova aborts none: it goes on, and may still end well. Raises ``NeedsOperator``
        when it is still on the host after that.
        """
        self._await_others()
        ending = Ending.STAYED
        for _ in range(TRIES):
            if self._is_away():
                return
            ending = self._migrate_live()
            if ending == Ending.LATE and not self._is_recorded:
                break
            if ending == Ending.LATE:
                self._abort()
        if not self._is_away():
            raise self._failure(ending, how="migrated live")

    def _migrate_live(self) -> Ending:
        server = self._server()
        # asked of one answer: a migration that ends between two would be followed by another
        if host_of(server) == self.host and not task_of(server):
            # 2.25, since Mitaka: Nova itself finds out whether disks must be copied, and answers
            # only after the scheduler has, so that the error can say "no valid host".
            body = {"os-migrateLive": {"host": None, "block_migration": "auto"}}
            self._act(body, microversion="2.25")
        return self._ending(self.limit)

    def cold(self) -> None:
        """Migrate it cold and confirm: a running server restarts, a stopped one stays stopped.

        Raises ``NeedsOperator`` when it is still on the host after that or after its limit.
        """
        self._await_others()
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
        """Shut it down and migrate it cold; it stays stopped, as its owner chose."""
        self._await_others()
        server = self._server()
        if host_of(server) == self.host and server["status"] == "ACTIVE":
            self._change("os-stop", to="SHUTOFF")
        self.cold()

    def resumed(self) -> None:
        """Resume a suspended server, migrate it live and suspend it again.

        Nova does not migrate suspended servers. One that cannot be moved is suspended again too.
        """
        self._running("resume", "suspend", "SUSPENDED")

    def unpaused(self) -> None:
        """Unpause a server, migrate it live and pause it again: old Novas migrate none paused."""
        self.context.log(f"Unpausing {self._server()['name']} while it moves.")
        self._running("unpause", "pause", "PAUSED")

    def _running(self, start: str, halt: str, status: str) -> None:
        """Migrate a server live that is started for that; halt it again however that ends."""
        self._await_others()
        if not self._is_away():
            self._change(start, to="ACTIVE")
        try:
            self.live()
        finally:
            self._change(halt, to=status)

    def offload(self) -> None:
        """Offload a shelved server: it has no host until it is unshelved."""
        self._await_others()
        if not self._is_away():
            self._change("shelveOffload", to="SHELVED_OFFLOADED")

    def rebuild(self, *, was: str, has_disks: bool, on_shared_storage: bool) -> None:
        """Evacuate it through Nova, which starts it on another host from the disks it has left.

        Its host must be fenced. ``was`` is its status in the plan: if SHUTOFF, it is stopped
        afterwards; in all other cases it runs, as after a power cut. ``has_disks`` says whether it
        has disks that are not volumes. If these should be ``on_shared_storage`` and are not, Nova
        refuses and does not recreate them. Raises ``NeedsOperator`` when it is still on the host
        after that.
        """
        server = self._server()
        if host_of(server) == self.host and not task_of(server):
            if server["status"] not in EVACUATED_BY_NOVA:
                # Nova evacuates no others; their memory is lost in any case.
                self._act({"os-resetState": {"state": "active"}})
            self._evacuate(has_disks=has_disks, on_shared_storage=on_shared_storage)
        ending = self._ending(self.limit)
        if ending != Ending.AWAY:
            raise self._failure(ending, how="rebuilt on another host")
        if was == "SHUTOFF":
            self._change("os-stop", to="SHUTOFF")

    def log_location(self) -> None:
        """Log which host the server is on now; a shelved one has none."""
        server = self._server()
        where = f"is on {host_of(server)} now" if host_of(server) else "has no host now"
        self.context.log(f"Moved {server['name']} off {self.host}: it {where}.")

    def _evacuate(self, *, has_disks: bool, on_shared_storage: bool) -> None:
        """Call Nova's evacuate in a version that starts the server: since 2.95 it stays stopped.

        Since 2.14 Nova itself looks for the disks, and recreates those that it does not find. The
        older call, which is also used to insist on shared storage, compares what it finds with
        what it is told.
        """
        if (has_disks and on_shared_storage) or not self.cloud.supports("compute", "2.14"):
            body: Json = {"evacuate": {"onSharedStorage": on_shared_storage}}
            self._act(body, microversion=self.cloud.at_most("compute", "2.13"))
        else:
            self._act({"evacuate": {}}, microversion=self.cloud.at_most("compute", "2.94"))

    def _change(self, action: str, *, to: str) -> None:
        """Bring an idle server into a state by one action, unless it is in that state."""
        if self._idle()["status"] == to:
            return
        self._act({action: None})

        def there() -> bool | None:
            return True if self._idle()["status"] == to else None

        self._wait(there, what=f"server {self.server_id} to become {to}", seconds=CHANGE_SECONDS)

    def _await_others(self) -> None:
        """Wait for what others have Nova do, as for the snapshot of a tenant's move."""

        def over() -> bool | None:
            task = task_of(self._server())
            return None if task and not task.startswith(MOVING_TASKS) else True

        what = f"the task of others on server {self.server_id}"
        self._wait(over, what=what, seconds=OTHERS_SECONDS)

    def _idle(self) -> Json:
        def idle() -> Json | None:
            server = self._server()
            return None if task_of(server) else server

        what = f"Nova to finish its task on server {self.server_id}"
        return self._wait(idle, what=what, seconds=CHANGE_SECONDS)

    def _ending(self, seconds: float, *, confirmed: bool = False) -> Ending:
        """Wait at most that many seconds for the end of the current migration.

        ``confirmed`` means that a confirmation was sent, which the status shows only later.
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
            # The owner has resized it, and may want to revert that.
            if record.get("migration_type") == "resize":
                return Ending.STAYED
            return None if confirmed else Ending.AWAITS_CONFIRMATION
        if record and record["status"] not in FINAL_STATUSES:
            return None
        return Ending.AWAY if host_of(server) != self.host else Ending.STAYED

    def _abort(self) -> None:
        """Abort the current live migration, and wait until Nova has done so.

        Before 2.65 Nova refuses while the migration is queued or prepared, so it is asked until it
        accepts or the migration has ended.
        """
        late, name = f"it exceeds {self.limit:.0f} s", self._server()["name"]
        self.context.log(f"Aborting the migration of {name}: {late}.", level=LogLevel.WARNING)

        def accepted() -> bool | None:
            return True if self._state(confirmed=False) or self._asked_to_abort() else None

        what = f"Nova to abort the migration of server {self.server_id}"
        self._wait(accepted, what=what, seconds=ABORT_SECONDS)
        self._ending(ABORT_SECONDS)

    def _asked_to_abort(self) -> bool:
        """Ask Nova to abort. Return whether it accepts; it cannot while there is no record."""
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
        unknown = "not started" if self._is_recorded else "not recorded by this Nova"
        server, status = self._server(), self._record().get("status", unknown)
        sentence = f"Server {server['name']} could not be {how} from {self.host}"
        fix = (
            f"See its events (openstack server event list {self.server_id}), then retry, "
            f"or skip this server and move it by hand."
        )
        if ending == Ending.LATE:
            sentence += f": its migration did not finish in {self.limit:.0f} s and is {status}."
            fix += " A busy server needs longer: plan again with more seconds for each server."
            if not self._is_recorded:
                sentence += " This Nova cannot abort it: it goes on."
        else:
            sentence += f": its migration is {status}, the server is {server['status']}."
        if fault := server.get("fault", {}).get("message"):
            sentence += f" Nova says: {fault.rstrip('.')}."
        return NeedsOperator(sentence, fix=fix)

    @property
    def _is_recorded(self) -> bool:
        """Whether Nova records live migrations, and can abort them."""
        return self.cloud.supports("compute", ABORTS_SINCE)

    def _is_away(self) -> bool:
        """Return whether the server has left its host and is not being migrated."""
        server = self._server()
        return host_of(server) != self.host and not task_of(server)

    def _record(self) -> Json:
        """Return the newest record of a migration from this host, {} if there is none."""
        records = migrations(self.cloud, instance_uuid=self.server_id)
        mine = [each for each in records if each["source_compute"] == self.host]
        return mine[-1] if mine else {}

    def _server(self) -> Json:
        return self.cloud.get("compute", f"/servers/{self.server_id}", "server")

    def _act(self, body: Json, *, microversion: str = "") -> None:
        """Do an action. Raises ``Retryable`` if a task is in its way that others have begun."""
        path = f"/servers/{self.server_id}/action"
        try:
            self.cloud.post("compute", path, body, microversion=microversion)
        except NeedsOperator as refused:
            if task := task_of(self._server()):
                raise Retryable(f"{refused.sentence} Its task is {task}.") from refused
            raise

    def _wait(self, probe: Callable[[], Found | None], *, what: str, seconds: float) -> Found:
        return poll_until(probe, what=what, seconds=seconds, check=self.context.check)
