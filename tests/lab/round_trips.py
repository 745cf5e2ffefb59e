"""Round trips of a host through Fuel: how both environments are set up, and what goes wrong.

A trip has two legs, each of which is the job of a host action. On a leg, runners are killed and
jobs fail, in the order of its events; a job that failed is mended and retried.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from lab.fuel.refusal import Refusal
from tests.support.fuel_layouts import (
    bonded,
    boots_in_rack,
    public_everywhere,
    routed_on_every_node,
)
from tests.support.fuel_masters import RunningMaster
from tests.support.fuel_troubles import (
    ASSIGNMENT,
    BUSY_ANSWERS,
    CHANGES,
    DEPLOYING,
    DEPLOYMENT,
    DISKS,
    INTERFACES,
    ORDERS,
    PROVISION,
    PROVISIONING,
    REMOVAL,
    Answers,
    Fails,
    Silent,
    SilentSincePlan,
    Stopped,
    StoppedLater,
    Trouble,
    busy,
)

SRC, DST = 1, 2
PLAIN = {"fuelweb_admin": "eth0", "management": "eth2", "private": "eth2", "storage": "eth3"}
PUBLIC = {"public": "eth1"}
BONDED = dict.fromkeys(("management", "private", "storage"), "bond0")
Layout = Callable[[RunningMaster, str], None]
REMOVED, INSTALLED, DEPLOYED = "changes", "provision", "deploy"

CLOSED = "after the host was closed"
ASKED_NOVA = "after Nova was asked to move a server"
UNASSIGNED = "between unassigning the node and ordering its removal"
REMOVING = "between ordering its removal and noting that"
WAITS = "while it waits for Fuel's task"
BOOTS = "between choosing the network as boot device and the power"
FORGOTTEN = "after nova-compute was deleted"
UNDISCOVERED = "while Fuel has not discovered it"
ASSIGNED = "between assigning it and laying it out"
INSTALLING = "between ordering its installation and noting that"
DEPLOYS = "between ordering its deployment and noting that"
JOINS = "while it joins its cloud"
PROBED = "after the small server was booted"

REFUSED = Refusal(400, "Deployment graph is not correct: there are loops in it.")


@dataclass(frozen=True, kw_only=True)
class Leg:
    """One job. ``events`` are moments at which a runner dies, and troubles that fail the job.

    ``passing`` are troubles that it survives by itself. A leg that ``is_given_up`` ends with the
    last of its events. ``places`` are the networks of the host when it has arrived, ``orders`` the
    tasks that Fuel runs for it, and ``servers`` are booted on it before.
    """

    action: str
    orders: Sequence[str]
    places: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    passing: Sequence[Callable[[], Trouble]] = ()
    events: Sequence[str | Callable[[], Trouble]] = ()
    is_given_up: bool = False
    servers: int = 0
    boots: int = 1

    def order_of(self, phase: str) -> str:
        """Return the order that starts a phase: all of a controller's are changes."""
        order = {REMOVAL: REMOVED, PROVISION: INSTALLED, DEPLOYMENT: DEPLOYED}[phase]
        return order if order in self.orders else REMOVED


@dataclass(frozen=True, kw_only=True)
class Trip:
    """A way there and back, and how Fuel is set up before; ``between`` changes that on the way."""

    name: str
    there: Leg
    back: Leg
    layouts: Sequence[Layout] = ()
    between: Layout | None = None


ALL_TASKS = (REMOVED, INSTALLED, DEPLOYED)
QUICKLY = {"probe": False}

reassign = partial(Leg, action="reassign", orders=ALL_TASKS)
remove = partial(Leg, action="remove_from_fuel", orders=(REMOVED,))
return_free = partial(
    Leg, action="return_to_source", orders=(INSTALLED, DEPLOYED), options=QUICKLY, boots=0
)
return_failed = partial(Leg, action="return_to_source", orders=ALL_TASKS, options=QUICKLY)
reassign_controller = partial(Leg, action="reassign_controller", orders=(REMOVED, REMOVED), boots=0)
return_controller = partial(Leg, action="return_to_source", orders=(REMOVED, REMOVED), boots=0)


def in_a_rack(fuel: RunningMaster, host: str) -> None:
    """The host boots in a rack that is a nodegroup of both environments."""
    boots_in_rack(fuel, host, SRC, DST)


def public_there(fuel: RunningMaster, host: str) -> None:
    """Every node of the destination has the network ``public``."""
    public_everywhere(fuel, DST)


def public_at_home(fuel: RunningMaster, host: str) -> None:
    """Every node of the source has the network ``public``, but for the host so far."""
    public_everywhere(fuel, SRC)


def dvr_there(fuel: RunningMaster, host: str) -> None:
    """The destination routes on every node."""
    routed_on_every_node(fuel, DST)


def dvr_at_home(fuel: RunningMaster, host: str) -> None:
    """The source routes on every node."""
    routed_on_every_node(fuel, SRC)


def stopped(phase: str) -> Callable[[], Trouble]:
    """Return what makes the trouble that the phase is stopped."""
    return partial(Stopped, phase=phase)


def silent(phase: str) -> Callable[[], Trouble]:
    """Return what makes the trouble that the host goes offline in the phase."""
    return partial(Silent, phase=phase)


def fails(phase: str) -> Callable[[], Trouble]:
    """Return what makes the trouble that the phase fails."""
    return partial(Fails, phase=phase, told="failed")


JOINING = [ASSIGNMENT, INTERFACES, DISKS]


def busy_once(*given: tuple[str, str]) -> list[Callable[[], Trouble]]:
    """Return what makes Fuel busy once when each of the orders is given."""
    return [partial(busy, *order, answers=[BUSY_ANSWERS[0]]) for order in given]


def busy_each_way(*given: tuple[str, str]) -> list[Callable[[], Trouble]]:
    """Return what makes Fuel give each of its busy answers to each of the orders."""
    return [partial(busy, *order) for order in given]


REFUSED_REMOVAL = partial(Answers, order=CHANGES, answers=[REFUSED], told="there are loops in it")
STOPPED_EACH = [stopped(phase) for phase in (REMOVAL, PROVISION, DEPLOYMENT)]

TRIPS = [
    Trip(
        name="everything at once",
        layouts=[in_a_rack, bonded, public_there],
        there=reassign(
            servers=1,
            options={"health": True},
            places=PLAIN | BONDED | PUBLIC,
            passing=busy_once(*ORDERS),
            events=[ASKED_NOVA, *STOPPED_EACH, JOINS],
        ),
        back=reassign(
            servers=1,
            options=QUICKLY,
            places=PLAIN | BONDED,
            events=[UNASSIGNED, UNDISCOVERED, ASSIGNED, silent(PROVISION)],
        ),
    ),
]

MATRIX = [
    Trip(
        name="removed and returned",
        layouts=[public_at_home],
        there=remove(
            servers=1,
            options={"health": True},
            events=[REFUSED_REMOVAL, REMOVING, FORGOTTEN],
        ),
        back=return_free(
            places=PLAIN | PUBLIC,
            passing=busy_once(*JOINING, PROVISIONING, DEPLOYING),
            events=[ASSIGNED, stopped(DEPLOYMENT)],
        ),
    ),
    Trip(
        name="busy with each answer, and stopped on the way back",
        there=reassign(options=QUICKLY, places=PLAIN, passing=busy_each_way(*ORDERS)),
        back=reassign(
            options=QUICKLY,
            places=PLAIN,
            passing=[StoppedLater],
            events=[CLOSED, *STOPPED_EACH],
        ),
    ),
    Trip(
        name="DVR, and offline at each stage",
        layouts=[dvr_there],
        there=reassign(
            servers=1,
            places=PLAIN | PUBLIC,
            events=[SilentSincePlan, REMOVING, silent(PROVISION), silent(DEPLOYMENT), PROBED],
        ),
        back=reassign(servers=1, options={"health": True}, places=PLAIN, passing=[silent(REMOVAL)]),
    ),
    Trip(
        name="two nodegroups, and a removal that is refused and then fails",
        layouts=[in_a_rack],
        there=reassign(
            options=QUICKLY, places=PLAIN, events=[REFUSED_REMOVAL, fails(REMOVAL), WAITS]
        ),
        back=reassign(
            options=QUICKLY,
            places=PLAIN,
            events=[REFUSED_REMOVAL, REMOVING, BOOTS, FORGOTTEN, INSTALLING, DEPLOYS, JOINS],
        ),
    ),
    Trip(
        name="bonds and DVR, returned after a deployment that failed",
        layouts=[bonded, dvr_there],
        there=reassign(options=QUICKLY, events=[WAITS, fails(DEPLOYMENT)], is_given_up=True),
        back=return_failed(
            places=PLAIN | BONDED,
            passing=busy_each_way(*ORDERS),
            events=[*STOPPED_EACH, JOINS],
        ),
    ),
    Trip(
        name="two nodegroups and public at home, returned after it was stopped and went offline",
        layouts=[in_a_rack, public_at_home],
        there=reassign(
            options=QUICKLY,
            orders=(REMOVED, INSTALLED),
            events=[REMOVING, stopped(PROVISION)],
            is_given_up=True,
        ),
        back=return_free(
            places=PLAIN | PUBLIC,
            events=[silent(PROVISION), INSTALLING, silent(DEPLOYMENT), DEPLOYS],
        ),
    ),
    Trip(
        name="two nodegroups and bonds, removed among troubles and returned",
        layouts=[in_a_rack, bonded],
        there=remove(
            passing=busy_each_way(CHANGES),
            events=[
                CLOSED,
                SilentSincePlan,
                UNASSIGNED,
                stopped(REMOVAL),
                fails(REMOVAL),
                BOOTS,
                UNDISCOVERED,
            ],
        ),
        back=return_free(
            places=PLAIN | BONDED,
            passing=busy_each_way(*JOINING, PROVISIONING, DEPLOYING),
            events=[ASSIGNED, stopped(PROVISION), INSTALLING, stopped(DEPLOYMENT), DEPLOYS],
        ),
    ),
    Trip(
        name="removed, and returned to an environment that now has DVR",
        between=dvr_at_home,
        there=remove(events=[FORGOTTEN]),
        back=return_free(
            options={"probe": True, "health": True},
            places=PLAIN | PUBLIC,
            events=[fails(PROVISION), fails(DEPLOYMENT), JOINS, PROBED],
        ),
    ),
]

CONTROLLER_TRIPS = [
    Trip(
        name="controller",
        layouts=[in_a_rack, bonded, public_there],
        there=reassign_controller(
            passing=busy_once(CHANGES),
            events=[UNASSIGNED, stopped(REMOVAL), ASSIGNED, fails(DEPLOYMENT)],
            is_given_up=True,
        ),
        back=return_controller(places=PLAIN | PUBLIC | BONDED, events=[REMOVING]),
    ),
]
CONTROLLER_MATRIX = [
    Trip(
        name="controller among troubles",
        layouts=[dvr_there],
        there=reassign_controller(
            options={"health": True},
            passing=busy_each_way(CHANGES, ASSIGNMENT, INTERFACES),
            events=[
                SilentSincePlan,
                REFUSED_REMOVAL,
                REMOVING,
                UNDISCOVERED,
                stopped(PROVISION),
                silent(PROVISION),
                silent(DEPLOYMENT),
            ],
            is_given_up=True,
        ),
        back=return_controller(
            places=PLAIN | PUBLIC,
            passing=busy_each_way(CHANGES, *JOINING),
            events=[stopped(REMOVAL), ASSIGNED, stopped(PROVISION), stopped(DEPLOYMENT)],
        ),
    ),
]
