"""When the runner of a campaign kills itself: see ``dying``."""

from collections.abc import Callable

from dashboard.campaigns.job_kinds import campaign
from dashboard.campaigns.running import hosts, tenants
from dashboard.migrations_app.verbs.execute import Execute
from dashboard.migrations_app.verbs.verify import Verify
from tests.support.dying import after, before

TENANT_MOMENTS: dict[str, Callable[[], None]] = {
    "a plan is stored, its tenant is not": lambda: before(tenants, "plan_of"),
    "all is stored, the step is not put back": lambda: before(campaign, "_wait"),
    "an execution is stored, its tenant is not": lambda: after(Execute, "launch"),
    "a verification is stored, its tenant is not": lambda: after(Verify, "launch"),
}
"""In the order in which a tenant comes to them."""

HOST_MOMENTS: dict[str, Callable[[], None]] = {
    "a host is chosen, its row is not stored": lambda: before(hosts, "_add"),
    "a host's plan is stored, its row is not": lambda: after(hosts, "start_plan_and_action"),
    "all of a host is stored, the step is not put back": lambda: before(campaign, "store_wait"),
}
"""In the order in which a campaign comes to them that has too little room."""

MOMENTS = {**TENANT_MOMENTS, **HOST_MOMENTS}
