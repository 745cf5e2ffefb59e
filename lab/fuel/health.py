"""The stand-in's Health Check (OSTF): its sanity tests, one of which is done with each look."""

from lab.fuel.master import Master, Row, timestamp
from lab.fuel.refusal import Refusal
from lab.fuel.routing import Call, route

SETS = {
    "sanity": "Sanity tests. Duration 30 sec - 2 min",
    "smoke": "Functional tests. Duration 3 min - 14 min",
    "ha": "HA tests. Duration 30 sec - 8 min",
}
TESTS = (
    "Request flavor list",
    "Request image list using Nova",
    "Request instance list",
    "Request volume list",
    "Request list of networks",
)
FAILING = TESTS[1]


@route("GET", "ostf/testsets/#")
def list_sets(master: Master, call: Call) -> list[Row]:
    """List the sets of tests of an environment."""
    master.row("clusters", call.ids[0])
    return [{"id": identity, "name": name} for identity, name in SETS.items()]


@route("POST", "ostf/testruns")
def start_runs(master: Master, call: Call) -> list[Row]:
    """Start sets of tests; those that run already are left out of the answer."""
    started = []
    for wanted in call.body:
        cluster_id, name = wanted["metadata"]["cluster_id"], wanted["testset"]
        if name not in SETS:
            raise Refusal(400, f"no test set {name}")
        last = _last(master, cluster_id, name)
        if last is None or last["status"] != "running":
            started.append(master.add("testruns", _run(cluster_id, name)))
    return started


@route("GET", "ostf/testruns/last/#")
def list_last_runs(master: Master, call: Call) -> list[Row]:
    """List the last run of each set of tests in an environment."""
    runs = (_last(master, call.ids[0], name) for name in SETS)
    return [run for run in runs if run]


@route("GET", "ostf/testruns/#")
def show_run(master: Master, call: Call) -> Row:
    """Show a run, which gets on by one test."""
    run = master.row("testruns", call.ids[0])
    cluster = master.row("clusters", run["cluster_id"])
    waiting = [test for test in run["tests"] if test["status"] == "wait_running"]
    if waiting:
        is_bad = cluster["name"] in master.switches.health and waiting[0]["name"] == FAILING
        message = "Image list is unavailable." if is_bad else ""
        waiting[0] |= {"status": "failure" if is_bad else "success", "message": message}
        waiting[0]["taken"] = 1.0
    if len(waiting) <= 1:
        run |= {"status": "finished", "ended_at": run["ended_at"] or timestamp()}
    return run


def _last(master: Master, cluster_id: int, name: str) -> Row | None:
    runs = [
        run
        for run in master.all("testruns")
        if (run["cluster_id"], run["testset"]) == (cluster_id, name)
    ]
    return max(runs, key=lambda run: run["id"], default=None)


def _run(cluster_id: int, name: str) -> Row:
    return {
        "testset": name,
        "meta": None,
        "cluster_id": cluster_id,
        "status": "running",
        "started_at": timestamp(),
        "ended_at": None,
        "tests": [
            {
                "id": f"fuel_health.tests.{name}.test_{number}",
                "testset": name,
                "name": test,
                "description": "",
                "duration": "20 s.",
                "message": "",
                "status": "wait_running",
                "taken": None,
            }
            for number, test in enumerate(TESTS, start=1)
        ],
    }
