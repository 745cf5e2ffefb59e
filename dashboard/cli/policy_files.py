"""``pumphouse maintenance policies``: the policy files that deny a role all writing."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from pathlib import Path

from dashboard.cli.command import OK
from dashboard.cli.console import Console
from dashboard.clients.policy_overrides import overrides, policy_file, read_policy, read_rules
from dashboard.errors import BadInput
from dashboard.migrations_app.maintenance.read_only_role import OWN_ROLE
from dashboard.text_files import read_text

FILE_NAME = "pumphouse-maintenance.json"


def add_policy_arguments(parser: ArgumentParser) -> None:
    """Take the files of each service, and where to write."""
    for name, help_ in (
        ("--rules", "what oslopolicy-sample-generator printed, or its policy file; repeatable"),
        ("--policy", "the policy file that it has besides; repeatable"),
    ):
        parser.add_argument(name, action="append", default=[], metavar="SERVICE=FILE", help=help_)
    parser.add_argument(
        "--new-defaults",
        action="append",
        default=[],
        metavar="SERVICE",
        help="a service with enforce_new_defaults switched on; repeatable",
    )
    parser.add_argument(
        "--role", default=OWN_ROLE, metavar="NAME", help=f"the role to deny; default {OWN_ROLE}"
    )
    parser.add_argument("--into", metavar="FOLDER", help="write files there instead of printing")


def make_policy_files(options: Namespace, console: Console) -> int:
    """Print the policies, or write a folder for each service. Raises ``BadInput``."""
    rules, own = _files(options.rules), _files(options.policy)
    if not rules:
        raise BadInput(
            "No rules were given.",
            fix="Give each service's with --rules, as --rules neutron=neutron-sample.yaml.",
        )
    texts = {
        service: _policies(service, path, own.get(service), options)
        for service, path in rules.items()
    }
    for service, text in texts.items():
        if options.into:
            _write(Path(options.into) / service / FILE_NAME, text, console)
        else:
            console.print(f"/etc/{service}/policy.d/{FILE_NAME}:")
            console.print(text)
    console.print_json({"policies": texts})
    return OK


def _files(pairs: Iterable[str]) -> dict[str, Path]:
    files = {}
    for pair in pairs:
        service, equals, path = pair.partition("=")
        if not (service and equals and path):
            raise BadInput(f"{pair!r} names no file.", fix="Write SERVICE=FILE.")
        files[service] = Path(path)
    return files


def _policies(service: str, path: Path, own: Path | None, options: Namespace) -> str:
    try:
        denied = overrides(
            read_rules(read_text(path)),
            options.role,
            read_policy(read_text(own)) if own else None,
            service in options.new_defaults,
        )
    except ValueError as error:
        raise BadInput(
            f"The rules of {service} cannot be used. {error}",
            fix="Give what oslopolicy-sample-generator printed, or the service's policy file.",
        ) from None
    return policy_file(denied)


def _write(path: Path, text: str, console: Console) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}.") from None
    console.print(f"Wrote {path}.")
