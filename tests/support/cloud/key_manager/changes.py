"""How a secret is changed, so that verification can see it."""

from collections.abc import Callable
from typing import Any

from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.messages import Json


def of_secret(name: str, value: Any) -> Callable[[MemoryCloud, Json], None]:
    """Change a secret, and give the operator a role in its project: else it sees nothing of it."""

    def changed(cloud: MemoryCloud, row: Json) -> None:
        row[name] = {**row[name], **value} if isinstance(value, dict) else value
        [admin], [role] = (
            found.where(name="admin") for found in (cloud.identity.users, cloud.identity.roles)
        )
        held = {"user_id": admin["id"], "project_id": row["~project"]}
        cloud.identity.assignments.give(role["id"], **held)

    return changed
