"""Images that mean nothing without a secret of the source's key manager.

Glance verifies a signature when the bytes are uploaded, by a certificate in Barbican; the image of
an encrypted volume, and an encrypted image, can only be read with their keys.
"""

from collections.abc import Mapping
from typing import Any

from dashboard.clients.openstack import Json

_CERTIFICATE = "img_signature_certificate_uuid"
_SIGNATURE = ("img_signature", "img_signature_hash_method", "img_signature_key_type", _CERTIFICATE)
_KEYS = ("cinder_encryption_key_id", "os_encrypt_key_id")


def unsigned(properties: Mapping[str, Any]) -> Json:
    """Return the properties of an image for other bytes: their signature would not be valid."""
    return {name: value for name, value in properties.items() if name not in _SIGNATURE}


def key_obstacle(properties: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return what of an image is in the source's key manager, with what to do; None for nothing."""
    if key := next((properties[name] for name in _KEYS if properties.get(name)), ""):
        return (
            f"is encrypted: its key {key} stays with the source's key manager, so that nothing "
            "could read the copy.",
            "Make an image of an unencrypted volume instead, or leave it out; then plan again.",
        )
    if any(properties.get(name) for name in _SIGNATURE):
        return (
            f"is signed: its certificate {properties.get(_CERTIFICATE)} is in the source's key "
            "manager, and Glance would refuse the upload without it.",
            "Remove its properties img_signature… (openstack image unset --property), and sign "
            "the copy with a certificate of the destination; or leave it out.",
        )
    return None
