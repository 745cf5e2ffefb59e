"""What is in the tenant's project on the destination and was not moved by the plan."""

from typing import Any

from dashboard.migrations_app.resources.work import Work

_CONTENTS = (
    ("server", "compute", "/servers/detail", "servers"),
    ("volume", "block_storage", "/volumes/detail", "volumes"),
    ("image", "image", "/images", "images"),
)


def content_of_others(work: Work) -> str:
    """Return in words what this plan did not make: a server, volume, image or project, or "".

    Keystone deletes a project with all of them in it, and nobody can reach them any more. It
    deletes none with other projects below it.
    """
    for child in work.destination.list(
        "identity", "/projects", "projects", parent_id=work.destination_id
    ):
        return f"project {child['name']} is below it"
    for type_name, service, path, key in _CONTENTS:
        query: dict[str, Any] = {"all_tenants": 1, "project_id": work.destination_id}
        if type_name == "image":
            query = {"owner": work.destination_id}
        for found in work.destination.list(service, path, key, **query):
            if not work.is_ours(type_name, found["id"]):
                return f"{type_name} {found['name'] or found['id']} is in it"
    return ""
