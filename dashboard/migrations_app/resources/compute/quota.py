"""The limits of the project in Nova."""

from dashboard.migrations_app.resources.project_quota import ProjectQuota
from dashboard.migrations_app.resources.quota_api import COMPUTE


class ComputeQuota(ProjectQuota):
    """The project's limits in Nova that are not the defaults. They are set before anything else is
    created, and raised where the tenant uses more than the destination's default."""

    name = "compute_quota"
    plural = "compute quotas"
    api = COMPUTE
    # networks are Neutron's
    ignored = (
        *("fixed_ips", "floating_ips", "networks", "security_groups", "security_group_rules"),
    )
