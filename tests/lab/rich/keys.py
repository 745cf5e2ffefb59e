"""What the tenant keeps in Barbican: the key of a volume, and a signature's certificate."""

import base64
import os
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

import lab
from dashboard.clients.openstack import CloudSession
from dashboard.clients.polling import poll_until
from tests.lab.rich.made import Made
from tests.lab.rich.people import People
from tests.lab.unusual_data import BARE, Bytes

CIPHER = {"provider": "luks", "cipher": "aes-xts-plain64", "key_size": 256}
# beyond what LUKS writes at the beginning of a volume
_DATA_AT = 16 * 1024**2
PATTERN = os.urandom(4096)


class Keys:
    """An encrypted volume and a signed image, which the operator may read as an administrator."""

    def __init__(self, made: Made, people: People) -> None:
        self.made, self.cloud, self.owner = made, made.cloud, people.alone
        self.let_in(people.project_id)
        self.type_name = f"{people.name}-encrypted"
        self.volume = self.make_volume()
        self.signer = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.certificate = certificate_of(self.signer)
        self.secret_id = self.make_secret()
        self.image = self.make_image()

    def let_in(self, project_id: str) -> None:
        """Make the operator an administrator of the project: Barbican asks for no less."""
        role = next(self.cloud.list("identity", "/roles", "roles", name="admin"))
        path = f"/projects/{project_id}/users/{self.cloud.user_id}/roles/{role['id']}"
        self.cloud.put("identity", path)

    def make_volume(self) -> dict[str, str]:
        """A volume of a type that encrypts, into which a guest has written."""
        type_ = self.made.make("block_storage", "/types", "volume_type", name=self.type_name)
        path, body = f"/types/{type_['id']}/encryption", {"control_location": "front-end", **CIPHER}
        self.cloud.post("block_storage", path, {"encryption": body})
        fields = {"name": "sealed", "size": 1, "volume_type": self.type_name}
        volume = self.made.make("block_storage", "/volumes", "volume", self.owner, **fields)

        def available() -> bool | None:
            path = f"/volumes/{volume['id']}"
            return self.cloud.get("block_storage", path, "volume")["status"] == "available" or None

        poll_until(available, what="the encrypted volume to be available", seconds=300)
        with lab.volume_path("src", volume["id"]).open("r+b") as disk:
            disk.seek(_DATA_AT)
            disk.write(PATTERN)
        return {"id": str(volume["id"])}

    def make_secret(self) -> str:
        """Return the id of the certificate, which the owner has stored."""
        described = {
            "name": "signer",
            "secret_type": "certificate",
            "payload": base64.b64encode(self.certificate).decode(),
            "payload_content_type": "application/octet-stream",
            "payload_content_encoding": "base64",
        }
        made = self.owner.post("key_manager", "/secrets", described)
        id_ = str(made["secret_ref"]).rpartition("/")[2]
        self.made.forget_at_the_end("key_manager", f"/secrets/{id_}")
        return id_

    def make_image(self) -> dict[str, str]:
        """A signed image: Glance takes its bytes only if the certificate fits the signature."""
        content = os.urandom(1000)
        salted = padding.PSS(padding.MGF1(SHA256()), padding.PSS.MAX_LENGTH)
        signature = {
            "img_signature": base64.b64encode(self.signer.sign(content, salted, SHA256())).decode(),
            "img_signature_hash_method": "SHA-256",
            "img_signature_key_type": "RSA-PSS",
            "img_signature_certificate_uuid": self.secret_id,
        }
        image = self.owner.post("image", "/images", {**BARE, "name": "signed", **signature})
        self.made.forget_at_the_end("image", f"/images/{image['id']}")
        self.owner.upload(f"/images/{image['id']}/file", Bytes(content))
        return {"id": str(image["id"])}


def certificate_of(signer: rsa.RSAPrivateKey) -> bytes:
    """Return a certificate of a key, signed with itself, that is valid for a day."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "signer")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, signer.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(hours=1))
    builder = builder.not_valid_after(now + timedelta(days=1))
    return builder.sign(signer, SHA256()).public_bytes(Encoding.PEM)


def key_of(cloud: CloudSession, project_id: str, volume_id: str) -> bytes:
    """Return the key of an encrypted volume."""
    volume = cloud.get("block_storage", f"/volumes/{volume_id}", "volume", microversion="3.64")
    reader = cloud.scoped_to(project_id)
    path = f"/secrets/{volume['encryption_key_id']}/payload"
    accept = {"Accept": "application/octet-stream"}
    return reader.exchange_bytes("GET", "key_manager", path, headers=accept)


def disk_of(cloud_name: str, volume_id: str) -> tuple[bytes, bytes]:
    """Return the first bytes of a volume's disk, and those that the guest wrote."""
    with lab.volume_path(cloud_name, volume_id).open("rb") as disk:
        head = disk.read(4096)
        disk.seek(_DATA_AT)
        return head, disk.read(len(PATTERN))
