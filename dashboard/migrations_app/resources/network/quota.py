"""The limits of the project in Neutron."""

from dashboard.migrations_app.resources.project_quota import ProjectQuota
from dashboard.migrations_app.resources.quota_api import NETWORK


class NetworkQuota(ProjectQuota):
    """The project's limits in Neutron that are not the defaults. They are set before anything else
    is created, and raised where the tenant uses more than the destination's default."""

    name = "network_quota"
    plural = "network quotas"
    api = NETWORK
