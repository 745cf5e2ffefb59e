"""Acts on a cloud as a whole rather than in a project, as some of Keystone's lists require."""

from dataclasses import replace

from dashboard.clients.openstack import CloudSession
from dashboard.errors import PumphouseError, Retryable

_PROJECT = ("project_id", "project_name", "project_domain_id", "project_domain_name")


def system_session(cloud: CloudSession) -> CloudSession | None:
    """Return the same account acting on the whole system, None if it may not, or Keystone cannot.

    Keystone knows that scope from Queens on. Raises ``Retryable`` if it does not answer.
    """
    if cloud.access.fixed_scope:
        return None
    auth = {key: value for key, value in cloud.access.auth.items() if key not in _PROJECT}
    session = CloudSession(
        replace(cloud.access, auth={**auth, "system_scope": "all"}), calls=cloud.calls
    )
    try:
        return session if session.roles else None
    except Retryable:
        raise
    except PumphouseError:
        return None
