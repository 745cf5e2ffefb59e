"""Users, groups, and who is in which."""

from collections.abc import Iterable
from typing import Any

from tests.support.cloud.identity.collections import KeystoneCollection
from tests.support.cloud.messages import Json, Refused, Request

USER_OPTIONS = (
    *("ignore_change_password_upon_first_use", "ignore_password_expiry"),
    *("ignore_lockout_failure_attempts", "lock_password"),
    *("multi_factor_auth_enabled", "multi_factor_auth_rules", "ignore_user_inactivity"),
)


class Users(KeystoneCollection):
    """Users. Their passwords are kept as they are: nobody is ever shown one."""

    # whether change_password_upon_first_use is configured
    must_change_new_passwords = False

    def __init__(self) -> None:
        fields = {
            **{"domain_id": "default", "enabled": True, "options": {}},
            "password_expires_at": None,
        }
        super().__init__("users", "user", fields, references={"domain_id": "domains"})

    def routes(self) -> Iterable[tuple[str, str, Any]]:
        """Also the groups and projects of a user."""
        yield from super().routes()
        yield "GET", "users/{}/groups", self.groups_of
        yield "GET", "users/{}/projects", self.projects_of

    def prepare(self, row: Json, given: Json, request: Request) -> None:
        """Keep the password where it is not shown."""
        self._require_options(row["options"])
        self._keep_password(row)

    def _require_options(self, options: Json) -> None:
        """Refuse what the release has no option for."""
        known = USER_OPTIONS if self.cloud.release.is_from("2025.1") else USER_OPTIONS[:-1]
        if unknown := sorted({*options} - {*known}):
            raise Refused(
                400,
                "Invalid input for field 'options': Additional properties are not allowed "
                f"({', '.join(map(repr, unknown))} was unexpected)",
            )

    def change(self, row: Json, given: Json, request: Request) -> None:
        """Change a user; a new password ends all tokens of the old one."""
        self._require_options(given.get("options") or {})
        super().change(row, given, request)
        if row.get("default_project_id", "") is None:
            del row["default_project_id"]
        if self._keep_password(row):
            self.service.tokens.forget_user(row["id"])

    def _keep_password(self, row: Json) -> bool:
        if "password" not in row:
            return False
        row["~password"] = row.pop("password")
        ignores = row["options"].get("ignore_change_password_upon_first_use")
        row["~must_change"] = self.must_change_new_passwords and not ignores
        return True

    def remove(self, row: Json, request: Request) -> None:
        """Take a user away, out of every group and with its credentials."""
        super().remove(row, request)
        self.service.groups.forget(user_id=row["id"])
        self.service.credentials.forget(user_id=row["id"])
        self.service.delegations.forget(row["id"])

    def groups_of(self, request: Request) -> Json:
        """Answer with the groups that a user is in."""
        user_id = self.get(request.ids[0])["id"]
        ids = self.service.groups.ids_of(user_id)
        shown = [self.service.groups.shown(id_, request) for id_ in ids]
        return self.service.page(request, "groups", shown)

    def projects_of(self, request: Request) -> Json:
        """Answer with the projects that a user has a role in."""
        held = self.service.assignments.held_by(self.get(request.ids[0])["id"])
        projects = {each["project_id"] for each in held if each["project_id"]}
        shown = [self.service.projects.shown(id_, request) for id_ in sorted(projects)]
        return self.service.page(request, "projects", shown)


class Groups(KeystoneCollection):
    """Groups of users."""

    def __init__(self) -> None:
        fields = {"description": "", "domain_id": "default"}
        super().__init__("groups", "group", fields, references={"domain_id": "domains"})

    def routes(self) -> Iterable[tuple[str, str, Any]]:
        """Also who is in a group."""
        yield from super().routes()
        yield "GET", "groups/{}/users", self.users_of
        one = "groups/{}/users/{}"
        yield "PUT", one, self.add_user
        yield "HEAD", one, self.check_user
        yield "DELETE", one, self.remove_user

    @property
    def memberships(self) -> dict[str, Json]:
        """Which user is in which group."""
        return self.cloud.rows("identity/memberships")

    def ids_of(self, user_id: str) -> list[str]:
        """Return the ids of the groups that a user is in."""
        rows = [*self.memberships.values()]
        return sorted(row["group_id"] for row in rows if row["user_id"] == user_id)

    def join_group(self, group_id: str, user_id: str) -> None:
        """Put a user into a group without being asked."""
        id_ = f"{group_id}:{user_id}"
        row = {"id": id_, "group_id": group_id, "user_id": user_id}
        self.memberships.setdefault(id_, row)

    def forget(self, **ids: str) -> None:
        """End all memberships of a ``user_id`` or ``group_id``."""
        for id_, row in [*self.memberships.items()]:
            if ids.items() <= row.items():
                del self.memberships[id_]

    def users_of(self, request: Request) -> Json:
        """Answer with the users of a group."""
        self.permit("list", request)
        group = self.get(request.ids[0])
        ids = [r["user_id"] for r in self.memberships.values() if r["group_id"] == group["id"]]
        shown = [self.service.users.shown(id_, request) for id_ in sorted(ids)]
        return self.service.page(request, "users", shown)

    def add_user(self, request: Request) -> None:
        """Put a user into a group; a second time changes nothing."""
        self.permit("update", request)
        group, user = self.get(request.ids[0]), self.service.users.get(request.ids[1])
        self.join_group(group["id"], user["id"])

    def check_user(self, request: Request) -> None:
        """Refuse where a user is not in a group."""
        self.permit("list", request)
        group, user = self.get(request.ids[0]), self.service.users.get(request.ids[1])
        if f"{group['id']}:{user['id']}" not in self.memberships:
            raise Refused(404, f"User '{user['id']}' not found in group '{group['id']}'.")

    def remove_user(self, request: Request) -> None:
        """Take a user out of a group."""
        self.permit("update", request)
        self.check_user(request)
        del self.memberships[":".join(request.ids)]

    def remove(self, row: Json, request: Request) -> None:
        """Take a group away with all memberships."""
        super().remove(row, request)
        self.forget(group_id=row["id"])
