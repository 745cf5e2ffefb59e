"""``pumphouse gateway``."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from typing_extensions import override

from dashboard.cli.command import OK, Command
from dashboard.cli.console import Console
from dashboard.errors import BadInput
from dashboard.migrations_app.stretch.encryption import KEY_BYTES
from dashboard.migrations_app.stretch.filters import Serving
from dashboard.migrations_app.stretch.gateway import Gateway, user_data


class GatewayCommand(Command):
    """Print the user data of a gateway server that joins a network with the other cloud's."""

    name = "gateway"
    uses_clouds = False

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--peer", metavar="ADDRESS", required=True, help="external address of the other gateway"
        )
        parser.add_argument(
            "--mac", required=True, help="address of its port on the tenant's network"
        )
        parser.add_argument(
            "--peer-mac",
            metavar="MAC",
            default="",
            help="that of the other one, to write to the console whether it is reached",
        )
        parser.add_argument(
            "--number", type=int, required=True, help="number of the tunnel, the same in both"
        )
        parser.add_argument("--mtu", type=int, default=1500, help="that of the tenant's network")
        parser.add_argument(
            "--default-gateway",
            dest="default_gateways",
            metavar="ADDRESS",
            action="append",
            default=[],
            help="gateway of the network's subnet; to be given once for each",
        )
        parser.add_argument(
            "--serving",
            choices=[each.value for each in Serving],
            default=Serving.EACH.value,
            help="whose default gateway and DHCP serve the network, default: each its own half",
        )
        parser.add_argument(
            "--key-file",
            type=Path,
            metavar="FILE",
            help="encrypt the tunnel with the key in that file, the same in both; needs --peer-mac",
        )

    @override
    def run(self, options: Namespace, console: Console) -> int:
        gateway = Gateway(
            peer=options.peer,
            number=options.number,
            mac=options.mac,
            peer_mac=options.peer_mac,
            mtu=options.mtu,
            default_gateways=options.default_gateways,
            serving=Serving(options.serving),
            key=_key_in(options.key_file) if options.key_file else b"",
        )
        text = user_data(gateway)
        console.print(text.removesuffix("\n"))
        console.print_json({"user_data": text})
        return OK


def _key_in(path: Path) -> bytes:
    """Return the key that a file has. Raises ``BadInput`` for one that has none."""
    fix = f"Make a key for both gateways, for example with: openssl rand -hex {KEY_BYTES} > key"
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii"))
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.", fix=fix) from None
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise BadInput(f"{path} has no key of {KEY_BYTES} bytes in hex.", fix=fix)
    return key
