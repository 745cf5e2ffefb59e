"""The state of the stand-in: a JSON file that outlives the process.

The state survives a restart. Rows are Nailgun's own JSON. Keys with a leading underscore belong to
the stand-in and are never part of a response.
"""

import json
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab.fuel.refusal import not_found
from lab.places import write_private

Row = dict[str, Any]
KINDS = {
    "clusters": "Cluster",
    "nodes": "Node",
    "tasks": "Task",
    "plugins": "Plugin",
    "testruns": "Testrun",
}


FORMAT = 2
"""Counts what the rows of a new master are like."""


@dataclass
class Switches:
    """The faults that are switched on.

    ``removal``, ``provision`` and ``deploy`` count the orders that will fail; with ``discovery``
    off no node is ever found. ``health`` are the environments in which a sanity test fails.
    """

    removal: int = 0
    provision: int = 0
    deploy: int = 0
    discovery: bool = True
    health: list[str] = field(default_factory=list)


@dataclass
class Master:
    """The state and its file. Hold ``lock`` to read or change it.

    Tasks advance with each request about tasks, or every ``seconds_per_step`` if given. ``hooks``
    are command lines by the event that they run at.
    """

    path: Path
    password: str = field(repr=False)
    username: str = "admin"
    seconds_per_step: float | None = None
    hooks: dict[str, list[str]] = field(default_factory=dict)
    rows: dict[str, dict[int, Row]] = field(default_factory=dict)
    notifications: list[Row] = field(default_factory=list)
    machines: dict[str, Row] = field(default_factory=dict)
    switches: Switches = field(default_factory=Switches)
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    _last_ids: dict[str, int] = field(default_factory=dict)

    def load(self) -> bool:
        """Read the file. Return False if there is none yet, or only one of an older stand-in."""
        if not self.path.exists():
            return False
        kept = json.loads(self.path.read_text())
        if kept.get("format") != FORMAT:
            return False
        self.rows = {
            kind: {int(key): row for key, row in rows.items()}
            for kind, rows in kept["rows"].items()
        }
        self.notifications = kept["notifications"]
        self.machines = kept["machines"]
        self.switches = Switches(**kept["switches"])
        self._last_ids = kept["last_ids"]
        return True

    def save(self) -> None:
        """Write the file, which contains the clouds' passwords."""
        state = {
            "format": FORMAT,
            "rows": self.rows,
            "notifications": self.notifications,
            "machines": self.machines,
            "switches": vars(self.switches),
            "last_ids": self._last_ids,
        }
        fresh = self.path.with_suffix(".new")
        write_private(fresh, json.dumps(state))  # an indent would cost 20 times as much
        fresh.replace(self.path)

    def next_id(self, kind: str) -> int:
        """Return a new id for a row of the kind; ids are never reused."""
        self._last_ids[kind] = self._last_ids.get(kind, 0) + 1
        return self._last_ids[kind]

    def row(self, kind: str, identity: int) -> Row:
        """Return one row. Raises Refusal 404."""
        try:
            return self.rows[kind][identity]
        except KeyError:
            raise not_found(KINDS[kind]) from None

    def all(self, kind: str) -> list[Row]:
        """Return all rows of a kind."""
        return list(self.rows.setdefault(kind, {}).values())

    def add(self, kind: str, row: Row) -> Row:
        """Add a row and assign its id."""
        row["id"] = self.next_id(kind)
        self.rows.setdefault(kind, {})[row["id"]] = row
        return row

    def nodes_of(self, cluster_id: int | None) -> list[Row]:
        """Return the nodes of an environment, or the free ones for None."""
        return [node for node in self.all("nodes") if node["cluster"] == cluster_id]

    def notify(
        self, topic: str, message: str, *, cluster: int | None = None, node: int | None = None
    ) -> Row:
        """Add a notification."""
        row = {
            "id": self.next_id("notifications"),
            "topic": topic,
            "message": message,
            "cluster": cluster,
            "node_id": node,
            "task_id": None,
            "status": "unread",
            "date": time.strftime("%d-%m-%Y"),
            "time": time.strftime("%H:%M:%S"),
        }
        self.notifications.append(row)
        return row


def new_uuid() -> str:
    """Return a UUID in the format of Nailgun's tasks."""
    return str(uuid.uuid4())


def timestamp() -> str:
    """Return the time in the format of Nailgun's tasks."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.000000", time.gmtime())
