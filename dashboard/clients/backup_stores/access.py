"""How a configuration says that a store of backups is reached."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class StoreAccess:
    """The kind of a store, which is that of Cinder's backup driver, and the keys of that kind."""

    kind: str
    options: Mapping[str, str] = field(default_factory=dict)
