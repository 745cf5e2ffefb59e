"""The limits of the project in Cinder."""

from dashboard.migrations_app.resources.project_quota import ProjectQuota
from dashboard.migrations_app.resources.quota_api import BLOCK_STORAGE


class BlockStorageQuota(ProjectQuota):
    """The project's limits in Cinder that are not the defaults, those for single volume types too.
    They are set before anything else is created, and raised where the tenant uses more than the
    destination's default."""

    name = "block_storage_quota"
    plural = "block storage quotas"
    api = BLOCK_STORAGE
