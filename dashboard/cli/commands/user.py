"""``pumphouse user``."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from getpass import getpass
from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from typing_extensions import override

from dashboard import secrets
from dashboard.cli.command import OK, Command
from dashboard.cli.console import Console
from dashboard.cli.times import local_time
from dashboard.errors import BadInput, NotFound
from dashboard.jobs.roles import GROUPS, give_role, role_of


class UserCommand(Command):
    """Add, list and remove the users of the pages and the API."""

    name = "user"
    uses_clouds = False

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        # No option for a password: other users of the machine can read argv.
        choices = parser.add_subparsers(dest="action", metavar="add|list|remove", required=True)
        adding = choices.add_parser("add", help="add a user, or change their role and password")
        adding.add_argument("name")
        adding.add_argument("--role", choices=GROUPS, default="viewer")
        adding.add_argument(
            "--password-stdin", action="store_true", help="read the password from standard input"
        )
        choices.add_parser("list", help="list the users and their roles")
        choices.add_parser("remove", help="remove a user").add_argument("name")

    @override
    def run(self, options: Namespace, console: Console) -> int:
        actions = {"add": _add, "list": _list, "remove": _remove}
        actions[options.action](options, console)
        return OK


def _add(options: Namespace, console: Console) -> None:
    password = _password(options, console)
    user = User.objects.filter(username=options.name).first() or User(username=options.name)
    try:
        user.full_clean(exclude=["password"])
        validate_password(password, user)
    except ValidationError as error:
        raise BadInput(" ".join(error.messages)) from None
    user.set_password(password)
    user.save()
    give_role(user, GROUPS[options.role])
    console.print(f"{user.username} can log in with the role {options.role}.")
    console.print_json({"name": user.username, "role": options.role})


def _password(options: Namespace, console: Console) -> str:
    if options.password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        password = getpass(f"Password for {options.name}: ", stream=sys.stderr)
        if getpass("Again: ", stream=sys.stderr) != password:
            raise BadInput("The passwords do not match.", fix="Run the command again.")
    else:
        raise BadInput("A password is needed.", fix="Use --password-stdin in a script.")
    secrets.register(password)
    return password


def _list(_options: Namespace, console: Console) -> None:
    users: list[dict[str, Any]] = [
        {"name": user.username, "role": role_of(user).group, "last_login": user.last_login}
        for user in User.objects.order_by("username")
    ]
    console.print_table("User", "Role", "Last login", rows=[_row(user) for user in users])
    console.print_json({"users": users})


def _row(user: Mapping[str, Any]) -> tuple[object, ...]:
    last = user["last_login"]
    return user["name"], user["role"], local_time(last) if last else "never"


def _remove(options: Namespace, console: Console) -> None:
    user = User.objects.filter(username=options.name).first()
    if user is None:
        raise NotFound(f"There is no user {options.name!r}.", fix="See pumphouse user list.")
    user.delete()
    console.print(f"Removed {options.name}.")
    console.print_json({"removed": options.name})
