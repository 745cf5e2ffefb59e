"""What all parts of the stand-in's Nova have in common."""

from collections.abc import Mapping
from typing import Any, ClassVar

from typing_extensions import override

from tests.support.juno.api import JunoApi
from tests.support.juno.messages import Caller, Refused, Request
from tests.support.juno.rows import NAMES, named_error

NOWHERE = "The resource could not be found."


class NovaApi(JunoApi):
    """A part of Nova: it shares its port and its state with the others."""

    ports: ClassVar[tuple[str, ...]] = ("nova",)

    @override
    def envelope(self, refused: Refused) -> Any:
        if refused.status == 401:
            return "Authentication required"
        return named_error(NAMES, refused.status, refused.message)

    def caller_in(self, request: Request, tenant: str) -> Caller:
        """Return who asks. Raises ``Refused`` where the address has another tenant in it."""
        caller = self.cloud.caller(request)
        if caller.tenant_id != tenant:
            raise Refused(
                400,
                f"Malformed request URL: URL's project_id '{tenant}' doesn't match Context's "
                f"project_id '{caller.tenant_id}'",
            )
        return caller

    def require_admin(self, request: Request, tenant: str, policy: str) -> None:
        """Raise ``Refused``, in Nova's words, for what only administrators may do."""
        if not self.caller_in(request, tenant).is_admin:
            sentence = f"Policy doesn't allow compute_extension:{policy} to be performed."
            raise Refused(403, sentence)


def sees(row: Mapping[str, Any], caller: Caller) -> bool:
    """Return whether the caller sees a server."""
    return caller.is_admin or bool(row["tenant_id"] == caller.tenant_id)
