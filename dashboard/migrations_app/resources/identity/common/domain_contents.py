"""What is in a domain on the destination and was not moved by the plan."""

from dashboard.migrations_app.resources.work import Work

_CONTENTS = ("project", "user", "group")


def content_of_domain(work: Work) -> str:
    """Return in words a project, user or group that this plan did not make, "" without one.

    Keystone deletes a domain with all of them in it.
    """
    query = {"domain_id": work.destination_id}
    for type_name in _CONTENTS:
        path = f"{type_name}s"
        for found in work.destination.list("identity", f"/{path}", path, **query):
            if not work.is_ours(type_name, found["id"]):
                return f"{type_name} {found['name']} is in it"
    return ""
