"""Images that mean nothing without a secret of their cloud's key manager.

Glance verifies a signature when the bytes are uploaded, by a certificate in Barbican; the image of
an encrypted volume, and an encrypted image, can only be read with their keys. The copy names the
copied secret.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.key_manager.common.secrets import secret_id
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    CREATE,
    SKIP,
    Decision,
    DecisionLookup,
    Record,
    Ref,
)
from dashboard.migrations_app.resources.storage.common.temporary_names import is_temporary

TYPE_OF_SECRETS = "secret"
VOLUME_KEY = "cinder_encryption_key_id"
OF_VOLUME_KEYS = (VOLUME_KEY, "cinder_encryption_key_deletion_policy")
_CERTIFICATE = "img_signature_certificate_uuid"
_SIGNATURE = ("img_signature", "img_signature_hash_method", "img_signature_key_type", _CERTIFICATE)
_KINDS = {
    _CERTIFICATE: ("signed", "certificate"),
    VOLUME_KEY: ("encrypted", "key"),
    "os_encrypt_key_id": ("encrypted", "key"),
}


def unsigned(properties: Mapping[str, Any]) -> Json:
    """Return the properties of an image for other bytes: their signature would not be valid."""
    return {name: value for name, value in properties.items() if name not in _SIGNATURE}


def without_keys(properties: Mapping[str, Any]) -> Json:
    """Return the properties of an image without those that name a key of a volume."""
    return {name: value for name, value in properties.items() if name not in OF_VOLUME_KEYS}


def secrets_of(properties: Mapping[str, Any]) -> dict[str, str]:
    """Return the ids of the secrets that an image needs, by the properties that name them."""
    return {name: secret_id(properties[name]) for name in _KINDS if properties.get(name)}


def images_by_secret(reader: TenantReader) -> dict[str, str]:
    """Return the secrets that the tenant's own images need, each with the name of one of those."""
    own = [
        *reader.list("image", "/images", "images", owner=reader.tenant.id),
        *reader.list("image", "/images", "images", owner=reader.tenant.id, os_hidden="true"),
    ]
    needing = (image for image in own if not is_temporary(image))
    return {
        id_: image.get("name") or image["id"]
        for image in needing
        for id_ in secrets_of(image).values()
    }


def secret_refs(record: Record) -> Iterable[Ref]:
    """Return the secrets that must be there before an image of the tenant's own."""
    ids = () if record.shared else secrets_of(record.fields["properties"]).values()
    return [Ref(TYPE_OF_SECRETS, id_) for id_ in ids]


def with_secrets(record: Record, decision: Decision, decision_of: DecisionLookup) -> Decision:
    """Return the decision about an image, a problem if a secret that it needs does not move."""
    if decision.action != CREATE or decision.problem:
        return decision
    for name, id_ in secrets_of(record.fields["properties"]).items():
        of_secret = None if record.shared else decision_of(TYPE_OF_SECRETS, id_)
        if of_secret is None or of_secret.action == SKIP:
            how, what = _KINDS[name]
            why = of_secret.reason if of_secret else "It is not one of the tenant's."
            return replace(
                decision,
                problem=f"Image {record.title} is {how}: its {what} {id_} is in the source's key "
                f"manager and does not move. {why}",
                fix="Make that possible, remove what encrypts or signs the image, or leave it out; "
                "then plan again.",
            )
    return decision


def translated(properties: Mapping[str, Any], there: Callable[[str], str]) -> Json:
    """Return the properties with what the secrets have become on the destination."""
    of_secrets = {name: there(id_) for name, id_ in secrets_of(properties).items()}
    return {**properties, **of_secrets}
