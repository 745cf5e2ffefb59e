"""``pumphouse export``: a tenant in the format of os-migrate."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from typing_extensions import override

from dashboard.cli.arguments import chosen_cloud
from dashboard.cli.command import OK, Command
from dashboard.cli.console import Console
from dashboard.cli.verb_commands import add_tenant
from dashboard.hosts_app.clouds import connect
from dashboard.migrations_app.planning.os_migrate.exporting import (
    VERSION,
    documents_of,
    read_records,
    write_documents,
)
from dashboard.migrations_app.planning.os_migrate.names import Names
from dashboard.migrations_app.resources.reader import TenantReader, find_tenant


class ExportCommand(Command):
    """Write a tenant's objects into a folder, in the YAML of os-migrate."""

    name = "export"

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        add_tenant(parser)
        parser.add_argument("--to", required=True, metavar="DIR", help="the folder")
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
        folder = Path(options.to)
        written = write_documents(documents, folder)
        count = sum(len(content["resources"]) for content in documents.values())
        console.print(
            f"Wrote {len(written)} of {len(documents)} files with {count} resources to {folder}. "
            f"Edit them, then: pumphouse plan {options.tenant} --from {folder}"
        )
        console.print_json({"folder": str(folder), "written": [path.name for path in written]})
        return OK
