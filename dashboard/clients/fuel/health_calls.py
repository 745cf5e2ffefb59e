"""The calls of a Fuel master about its Health Check (OSTF), which tests a deployed cloud.

The service answers below ``/ostf/`` of the master, with the same login. Its sets of tests belong to
the environment: ``sanity`` only reads the cloud.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.clients.fuel.connection import FuelConnection
from dashboard.clients.fuel.objects import Json
from dashboard.errors import NeedsOperator

PASSED = frozenset({"success", "skipped", "disabled"})
"""The states of tests in which nothing is wrong."""


@dataclass(frozen=True, kw_only=True)
class HealthTest:
    """One test. ``status`` is success, failure, error, stopped, skipped, disabled, or a running
    one."""

    name: str
    status: str
    message: str


@dataclass(frozen=True, kw_only=True)
class HealthRun:
    """One run of a set of tests."""

    id: int
    is_over: bool
    tests: Sequence[HealthTest]

    @classmethod
    def of(cls, data: Json) -> "HealthRun":
        """Read OSTF's JSON."""
        return cls(
            id=data["id"],
            is_over=data["status"] in ("finished", "stopped"),
            tests=[
                HealthTest(
                    name=" ".join(test["name"].split()),
                    status=test["status"],
                    message=" ".join((test.get("message") or "").split()),
                )
                for test in data["tests"]
            ],
        )

    @property
    def failures(self) -> list[HealthTest]:
        """The tests that did not pass."""
        return [test for test in self.tests if test.status not in PASSED]


class HealthCalls:
    """The calls about the Health Check."""

    _connection: FuelConnection

    def health_sets(self, environment_id: int) -> set[str]:
        """Return the sets of tests that an environment has. Raises NotFound without OSTF."""
        found = self._connection.get_request(f"testsets/{environment_id}", ostf=True)
        return {one["id"] for one in found}

    def start_health_check(self, environment_id: int, *, test_set: str) -> HealthRun:
        """Start a set of tests, or return the run of it that is under way."""
        metadata = {"config": {}, "cluster_id": environment_id}
        body = [{"testset": test_set, "metadata": metadata}]
        # OSTF leaves out of its answer what runs already.
        started = self._connection.post_request("testruns/", body, ostf=True)
        for run in started or self._last_runs(environment_id):
            if run["testset"] == test_set:
                return HealthRun.of(run)
        raise NeedsOperator(
            f"Fuel's health check did not start the tests {test_set}.",
            fix="Run them on the environment's page in Fuel, whose messages say more.",
        )

    def health_run(self, run_id: int) -> HealthRun:
        """Return a run as it is now."""
        return HealthRun.of(self._connection.get_request(f"testruns/{run_id}", ostf=True))

    def _last_runs(self, environment_id: int) -> list[Json]:
        return list(self._connection.get_request(f"testruns/last/{environment_id}", ostf=True))
