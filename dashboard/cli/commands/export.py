"""``pumphouse export``: a tenant in the format of os-migrate."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path

from typing_extensions import override

from dashboard.cli.arguments import chosen_cloud
from dashboard.cli.command import OK, Command
from dashboard.cli.console import Console
from dashboard.cli.verb_commands import add_tenant
from dashboard.hosts_app.clouds import connect
from dashboard.migrations_app.planning.os_migrate.archives import archive_of
from dashboard.migrations_app.planning.os_migrate.exporting import (
    VERSION,
    documents_of,
    read_records,
    texts_of_documents,
    write_texts,
)
from dashboard.migrations_app.planning.os_migrate.names import Names
from dashboard.migrations_app.planning.os_migrate.refused_names import refused_names
from dashboard.migrations_app.resources.reader import TenantReader, find_tenant
from dashboard.text_files import new_file, write_private_bytes


class ExportCommand(Command):
    """Write a tenant's objects into a folder or a zip file, in the YAML of os-migrate."""

    name = "export"

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        add_tenant(parser)
        parser.add_argument(
            "--to", required=True, metavar="DIR", help="the folder, or a new zip file"
        )
        parser.add_argument(
            "--format-version",
            default=VERSION,
            metavar="VERSION",
            help=f"the version of os-migrate that is to read it (default {VERSION})",
        )

    @override
    def run(self, options: Namespace, console: Console) -> int:
        """Read the tenant and write the files that are not there yet."""
        session = connect(chosen_cloud(options.cloud))
        reader = TenantReader(session, find_tenant(session, options.tenant))
        documents = documents_of(
            Names(reader, read_records(reader)), version=options.format_version
        )
        target, texts = Path(options.to), texts_of_documents(documents)
        written = _write(texts, target)
        count = sum(len(content["resources"]) for content in documents.values())
        console.print(
            f"Wrote {len(written)} of {len(documents)} files with {count} resources to {target}. "
            f"Edit them, then: pumphouse plan {options.tenant} --from {target}"
        )
        refused = [*refused_names(documents)]
        if refused:
            console.print(f"os-migrate would refuse them, Pumphouse does not: {' '.join(refused)}")
        console.print_json({"folder": str(target), "written": written, "refused_names": refused})
        return OK


def _write(texts: Mapping[str, str], target: Path) -> list[str]:
    """Write a new archive or into a folder, and return the names of the files written."""
    if target.suffix != ".zip":
        return [path.name for path in write_texts(texts, target)]
    write_private_bytes(new_file(str(target)), archive_of(texts))
    return [*texts]
