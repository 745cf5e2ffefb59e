"""How often something was written through a session: what was read before may be out of date."""

from weakref import WeakKeyDictionary

from keystoneauth1.session import Session

_writes: "WeakKeyDictionary[Session, int]" = WeakKeyDictionary()


def note_write(session: Session) -> None:
    """Note that a request of this session changes something in its cloud."""
    _writes[session] = _writes.get(session, 0) + 1


def writes_of(session: Session) -> int:
    """Return how many writes of a session were noted."""
    return _writes.get(session, 0)
