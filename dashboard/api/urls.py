"""The addresses of the API, below ``/api/``."""

from django.urls import include, path, re_path
from rest_framework.routers import SimpleRouter

from dashboard.api.acts import ActViewSet
from dashboard.api.campaigns import CampaignViewSet
from dashboard.api.clouds import CloudViewSet
from dashboard.api.documentation import DocumentationView, SchemaView
from dashboard.api.environments import EnvironmentPlanViewSet, EnvironmentViewSet
from dashboard.api.hosts import HostActionsView, HostListView, HostPlanViewSet, HostViewSet
from dashboard.api.job_rows import JobLogView, JobStepsView, StepViewSet
from dashboard.api.job_servers import JobServerViewSet
from dashboard.api.jobs import JobViewSet
from dashboard.api.mappings import SavedMappingsViewSet
from dashboard.api.not_found import NotFoundView
from dashboard.api.outages import OutagesView
from dashboard.api.plan_rows import (
    DifferenceViewSet,
    PlanDifferencesView,
    PlanFindingsView,
    PlanItemsView,
    PlanLedgerView,
    PlanPredictionView,
    PlanStretchesView,
)
from dashboard.api.plans import PlanViewSet
from dashboard.api.tenants import TenantViewSet
from dashboard.api.token import RevokeView, TokenView
from dashboard.api.waves import WaveViewSet

app_name = "api"

router = SimpleRouter()
router.register("clouds", CloudViewSet)
router.register("environments", EnvironmentViewSet, basename="environment")
router.register("environment-plans", EnvironmentPlanViewSet, basename="environment-plan")
router.register("tenants", TenantViewSet, basename="tenant")
router.register("plans", PlanViewSet)
router.register("mappings", SavedMappingsViewSet)
router.register("campaigns", CampaignViewSet)
router.register("waves", WaveViewSet)
router.register(r"hosts/(?P<cloud>[^/]+)", HostViewSet, basename="host")
router.register("host-plans", HostPlanViewSet, basename="host-plan")
router.register("differences", DifferenceViewSet)
router.register("jobs", JobViewSet)
router.register("job-servers", JobServerViewSet, basename="job-server")
router.register("steps", StepViewSet)
router.register("acts", ActViewSet)

urlpatterns = [
    path("plans/<int:plan_id>/items/", PlanItemsView.as_view(), name="plan-items"),
    path("plans/<int:plan_id>/prediction/", PlanPredictionView.as_view(), name="plan-prediction"),
    path("plans/<int:plan_id>/findings/", PlanFindingsView.as_view(), name="plan-findings"),
    path(
        "plans/<int:plan_id>/differences/", PlanDifferencesView.as_view(), name="plan-differences"
    ),
    path("plans/<int:plan_id>/ledger/", PlanLedgerView.as_view(), name="plan-ledger"),
    path("plans/<int:plan_id>/stretches/", PlanStretchesView.as_view(), name="plan-stretches"),
    path("jobs/<int:job_id>/steps/", JobStepsView.as_view(), name="job-steps"),
    path("jobs/<int:job_id>/log/", JobLogView.as_view(), name="job-log"),
    path("outages/", OutagesView.as_view(), name="outages"),
    path("hosts/", HostListView.as_view(), name="hosts"),
    path("host-actions/", HostActionsView.as_view(), name="host-actions"),
    path("token/", TokenView.as_view(), name="token"),
    path("token/revoke/", RevokeView.as_view(), name="token-revoke"),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", DocumentationView.as_view(), name="docs"),
    path("", include(router.urls)),
    # With the slash at its end, so that an address that only lacks it is still redirected.
    re_path("^(.*/)?$", NotFoundView.as_view(), name="not-found"),
]
