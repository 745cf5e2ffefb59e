"""The name that a person types to confirm what cannot be undone."""

from dashboard.errors import BadInput


def require_confirmation(typed: str, *, expected: str) -> None:
    """Raise ``BadInput`` unless the expected name was typed; spaces around it do not matter."""
    if typed.strip() != expected:
        raise BadInput(
            f"{typed!r} is not {expected!r}, so nothing was done.",
            fix=f"Type {expected} to confirm.",
        )
