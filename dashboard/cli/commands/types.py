"""``pumphouse types``."""

from argparse import ArgumentParser, Namespace

from dashboard.cli.command import OK, Command
from dashboard.cli.console import Console
from dashboard.migrations_app.resources.description import describe_types
from dashboard.migrations_app.resources.registry import resource_types


class TypesCommand(Command):
    """List the types of resources that are migrated."""

    name = "types"
    uses_clouds = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the form of the answer."""
        parser.add_argument("--markdown", action="store_true", help="the whole page of the docs")

    def run(self, options: Namespace, console: Console) -> int:
        """Show the types in the order of their creation, or the page about them."""
        if options.markdown:
            print(describe_types())
            return OK
        types = resource_types().values()
        rows = [(type_.plural, ", ".join(stage.name for stage in type_.stages)) for type_ in types]
        console.print_table("Type", "Steps", rows=rows)
        console.print_json({"types": [type_.name for type_ in types]})
        return OK
