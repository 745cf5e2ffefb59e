"""What a store of backups is: the contract of its kinds. Plain Python.

Cinder's chunked drivers keep a backup as objects of a container whose names begin with one prefix:
the data in ``<prefix>-00001`` and so on, ``<prefix>_metadata`` that lists these, and the hashes of
the volume's blocks in ``<prefix>_sha256file``. A restore refuses any other object of that prefix.
"""

from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, ClassVar

from dashboard.clients.passing_bytes import PassingBytes
from dashboard.clients.yaml_sections import Section

if TYPE_CHECKING:
    from dashboard.clients.openstack import CloudSession

CHUNK = 1024 * 1024


class BackupStore:
    """The store of one cloud. What it raises names the store, and says what to do."""

    name: ClassVar[str]
    """The kind, as the configuration and the module of Cinder's driver call it."""
    family: ClassVar[str]
    """Stores of one family call the containers of their backups alike."""

    def __init__(self, cloud: "CloudSession", options: Mapping[str, str]) -> None:
        self.cloud = cloud
        self.options = options

    @property
    def driver(self) -> str:
        """The driver as all releases of Cinder accept it in a backup's record."""
        return f"cinder.backup.drivers.{self.name}"

    @classmethod
    def read(cls, section: Section) -> dict[str, str]:
        """Return the keys of this kind. Raises ``BadInput`` that names file, line and key."""
        raise NotImplementedError

    def require_readable(self) -> None:
        """Raise ``NeedsOperator`` or ``Retryable`` where the store cannot be read from here."""
        raise NotImplementedError

    def require_writable(self) -> None:
        """Raise ``NeedsOperator`` or ``Retryable`` where nothing can be written from here.

        Writes nothing.
        """
        raise NotImplementedError

    def objects(self, container: str, prefix: str) -> dict[str, int]:
        """Return the sizes of the objects whose names begin so; none without the container."""
        raise NotImplementedError

    def digest(self, container: str, name: str) -> str:
        """Return the MD5 of an object."""
        raise NotImplementedError

    def pieces(self, container: str, name: str) -> Generator[bytes, None, None]:
        """Yield the bytes of an object."""
        raise NotImplementedError

    def write(self, container: str, name: str, content: PassingBytes) -> None:
        """Write an object, and its container where there is none: wholly or not at all."""
        raise NotImplementedError

    def remove(self, container: str, name: str) -> None:
        """Remove an object; nothing happens if there is none."""
        raise NotImplementedError

    def tidy(self, container: str, prefix: str) -> None:
        """Remove what writes that broke off have left, and what only the backup's objects need."""
