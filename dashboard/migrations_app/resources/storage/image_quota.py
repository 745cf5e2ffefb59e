"""The limits of the project in Glance, which Keystone keeps."""

from dashboard.migrations_app.resources.project_quota import ProjectQuota
from dashboard.migrations_app.resources.unified_limits import UnifiedLimits

LIMITS = UnifiedLimits(service="image")


class ImageQuota(ProjectQuota):
    """The project's limits in Glance that are not the defaults, where Glance takes them from
    Keystone (use_keystone_limits) and the account may list them: it needs a role on the system.
    They are set before images are created."""

    name = "image_quota"
    plural = "image quotas"
    api = LIMITS
