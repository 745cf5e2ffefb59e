"""Barbican's secrets: as whom the operator may read them, and how their payloads are copied.

A payload goes from one key manager to the other within one step, and is kept nowhere.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from dashboard.clients.openstack import CloudSession, Json
from dashboard.errors import NeedsOperator, PumphouseError, Retryable
from dashboard.migrations_app.resources.attributes import only_set
from dashboard.migrations_app.resources.work import Work

SERVICE = "key_manager"
_IN_CATALOGUE = "key-manager"
DESCRIBING = ("name", "algorithm", "bit_length", "mode", "secret_type", "expiration")
"""The attributes with which a secret is created, beside its payload."""
BYTES = "application/octet-stream"


def has_key_manager(cloud: CloudSession) -> bool:
    """Return whether there is a key manager in the catalogue."""
    return _IN_CATALOGUE in cloud.service_types


def secret_id(reference: str) -> str:
    """Return the id in a reference to a secret, which may be an address."""
    return reference.rstrip("/").rpartition("/")[2]


def secret_path(id_: str) -> str:
    """Return the path of a secret."""
    return f"/secrets/{id_}"


def reader_of_secret(cloud: CloudSession, project_id: str, id_: str) -> CloudSession | None:
    """Return the operator as which it may read a secret: in its own project or in that one.

    Barbican shows the access list to those who may read the payload by a role in the secret's
    project, and nobody else: so nothing is decrypted to find that out.
    """
    if not has_key_manager(cloud):
        return None
    for session in _sessions(cloud, project_id):
        try:
            if session.find(SERVICE, f"{secret_path(id_)}/acl"):
                return session
        except Retryable:
            raise
        except PumphouseError:
            continue
    return None


def _sessions(cloud: CloudSession, project_id: str) -> Iterator[CloudSession]:
    yield cloud
    if not cloud.access.fixed_scope:
        yield cloud.scoped_to(project_id)


def store_secret(work: Work, user_id: str, described: Mapping[str, Any]) -> str:
    """Create a secret without its payload, as its owner, and return its id.

    It is the operator's where the owner may store none: Barbican has a role of its own for that.
    """
    body = only_set(described, DESCRIBING)
    try:
        made = work.session_as(user_id).post(SERVICE, "/secrets", body)
    except NeedsOperator:
        if not work.can_impersonate(user_id):
            raise
        work.lose("user_id", "Its owner may store no secrets there: the operator is the owner.")
        made = operator_there(work).post(SERVICE, "/secrets", body)
    return secret_id(str(made["secret_ref"]))


def operator_there(work: Work) -> CloudSession:
    """Return the operator in the tenant's project on the destination."""
    return work.session_as("")


def copy_payload(work: Work, project_id: str, source_id: str, destination_id: str) -> None:
    """Fill a secret of the destination; one that has its payload already stays as it is.

    Raises ``NeedsOperator`` if the operator may not read the source's.
    """
    there = operator_there(work)
    if has_payload(there.get(SERVICE, secret_path(destination_id))):
        return
    reader = reader_of_secret(work.source, project_id, source_id)
    if reader is None:
        raise NeedsOperator(
            f"Secret {source_id} of cloud {work.source.name} cannot be read by "
            f"{work.source.access.account}.",
            fix=f"Give it the role admin on project {project_id} there, then retry.",
        )
    told = reader.get(SERVICE, secret_path(source_id))
    kind = str((told.get("content_types") or {}).get("default", BYTES))
    payload = reader.exchange_bytes(
        "GET", SERVICE, f"{secret_path(source_id)}/payload", headers={"Accept": kind}
    )
    there.exchange_bytes(
        "PUT", SERVICE, secret_path(destination_id), headers={"Content-Type": kind}, data=payload
    )


def has_payload(secret: Json) -> bool:
    """Return whether a secret has its payload, which Barbican takes later than the rest."""
    return bool(secret.get("content_types"))
