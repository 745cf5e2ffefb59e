"""Plan: reads both clouds, and says what moving a tenant would do."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from typing_extensions import override

from dashboard.errors import PumphouseError
from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.models import Job
from dashboard.jobs.requester import Requester
from dashboard.jobs.starting import start_job
from dashboard.jobs.verb import Verb
from dashboard.migrations_app.execution.left_out import all_but
from dashboard.migrations_app.models import Plan, TenantFiles
from dashboard.migrations_app.plan_numbers import numbers_of, total
from dashboard.migrations_app.planning.choosing import require_named
from dashboard.migrations_app.planning.disk_paths import require_paths
from dashboard.migrations_app.planning.moves import Move, why_not_move
from dashboard.migrations_app.planning.options import ONLY, PLAN_OPTIONS
from dashboard.migrations_app.planning.os_migrate.reading import without_user_data
from dashboard.migrations_app.resources.data_path import DATA_PATHS
from dashboard.migrations_app.stretch.options import GATEWAYS, gateways_of
from dashboard.migrations_app.verbs.base import ProgressStep, progress_of_job


class PlanMove(Verb[Move]):
    """Makes a plan of the move of a tenant; ``plan_of`` returns the plan of the job."""

    name = "plan"
    title = "Plan"
    effect = "Read both clouds and report what the move would do. Nothing is changed."
    order = 0
    options = PLAN_OPTIONS

    @override
    def subject(self, target: Move) -> str:
        return target.subject

    @override
    def refusal(self, target: Move) -> PumphouseError | None:
        return why_not_move(target)

    def progress(self, plan: Plan, job: Job | None) -> ProgressStep:
        """Return how far the plan itself has come; ``job`` is the one that drafts it."""
        if plan.state == Plan.State.DRAFTING:
            return progress_of_job(self.title, job, otherwise="Being drafted")
        words = f"{total(numbers_of(plan).items)} objects{all_but(plan, before=', ')}"
        return ProgressStep(self.title, "done", words)

    @override
    def launch(self, target: Move, requester: Requester, options: Mapping[str, Any]) -> Job:
        """Start to draft a plan. Raises ``BadInput`` for options that name nothing."""
        require_named(options[ONLY])
        require_paths(options[DATA_PATHS])
        if options[GATEWAYS]:
            gateways_of(options[GATEWAYS])
        tenant = target.tenant
        with transaction.atomic():
            plan = Plan.objects.create(
                source=target.source,
                destination=target.destination,
                tenant_id=tenant.project_id,
                tenant_name=tenant.name,
                domain_name=tenant.domain_name,
                options=dict(options),
                choices=dict(target.choices),
                edits={key: dict(fields) for key, fields in target.edits.items()},
                created_by=requester.user,
            )
            if target.files:
                TenantFiles.objects.create(plan=plan, texts=without_user_data(target.files))
            return start_job(
                kind=self.name,
                title=f"Plan the move of {target}",
                subject=plan.subject,
                steps=[StepSpec(key="plan", action="plan", title=_step_title(target))],
                params={"plan": plan.pk},
                requester=requester,
            )


def _step_title(move: Move) -> str:
    return f"Read both clouds for {move.tenant.name}"
