"""``pumphouse types``."""

from argparse import ArgumentParser, Namespace

from typing_extensions import override

from dashboard.cli.command import OK, Command
from dashboard.cli.console import Console
from dashboard.migrations_app.resources.description import describe_types
from dashboard.migrations_app.resources.registry import resource_types


class TypesCommand(Command):
    """List the resource types that are migrated."""

    name = "types"
    uses_clouds = False

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--markdown", action="store_true", help="print docs/migrated.md")

    @override
    def run(self, options: Namespace, console: Console) -> int:
        if options.markdown:
            print(describe_types())
            return OK
        types = resource_types().values()
        rows = [(type_.plural, ", ".join(stage.name for stage in type_.stages)) for type_ in types]
        console.print_table("Type", "Steps", rows=rows)
        console.print_json({"types": [type_.name for type_ in types]})
        return OK
