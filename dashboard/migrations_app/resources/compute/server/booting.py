"""Boots the copy of a server on the destination, as its owner."""

import logging
from urllib.parse import quote

from dashboard import secrets
from dashboard.clients.openstack import CloudSession, Json
from dashboard.errors import NeedsOperator
from dashboard.migrations_app.resources.attributes import only_set
from dashboard.migrations_app.resources.compute.server.attaching import DELETION_MICROVERSION
from dashboard.migrations_app.resources.compute.server.boot_user import (
    boot_session,
    is_booted_by_owner,
)
from dashboard.migrations_app.resources.compute.server.devices import (
    PORT_TAGS,
    TAGS_AT_BOOT_SINCE,
    VOLUME_TAGS,
    tag_of,
)
from dashboard.migrations_app.resources.compute.server.fields import FROM_IMAGE, USER_DATA
from dashboard.migrations_app.resources.compute.server.grouping import scheduler_hints
from dashboard.migrations_app.resources.compute.server.host_names import DOTS_SINCE, host_name_for
from dashboard.migrations_app.resources.compute.server.refusals import (
    AT_BOOT_SINCE,
    SINCE,
    TAGS_AT_BOOT,
    TAGS_SINCE,
)
from dashboard.migrations_app.resources.compute.server.states import (
    delete_server,
    fault_of,
    idle_server,
)
from dashboard.migrations_app.resources.key_names import (
    KEYS_OF_OTHERS,
    accepts_key_name,
    microversion_for_keys,
)
from dashboard.migrations_app.resources.marking import carries_marker, marked_description
from dashboard.migrations_app.resources.reader import SERVER_MICROVERSION
from dashboard.migrations_app.resources.records import MARKER
from dashboard.migrations_app.resources.work import Work

_COPIED = (
    *("name", "description", "tags", "accessIPv4", "accessIPv6", "OS-DCF:diskConfig"),
    "trusted_image_certificates",
)


def boot(work: Work) -> str:
    """Boot the copy, wait until it runs and return its id.

    Raises ``NeedsOperator`` with Nova's reason if the boot fails; nothing is left of it then.
    """
    owner = boot_session(work)
    body = _body(work)
    if key_name := work.record.fields.get("key_name"):
        body |= _key(work, owner, key_name)
    microversion = owner.at_most("compute", DOTS_SINCE)
    created = owner.post(
        "compute",
        "/servers",
        {"server": body, **scheduler_hints(work)},
        "server",
        microversion=microversion,
    )
    fault = boot_fault(work, created["id"])
    if fault:
        raise NeedsOperator(
            f"Cloud {work.destination.name} could not boot server {work.record.name}: {fault}",
            fix="Fix that there (hosts, capacity, the flavor's demands), then retry.",
        )
    return str(created["id"])


def boot_fault(work: Work, server_id: str) -> str:
    """Wait until a new server runs and return ""; if it failed, remove it and return why."""
    server = idle_server(work.destination, server_id, check=work.check)
    if server["status"] != "ERROR":
        return ""
    delete_server(work.destination, server_id, check=work.check)
    return fault_of(server)


def find_booted(work: Work) -> str | None:
    """Return the running server with the marker; one that failed to boot is removed."""
    servers = work.destination.list(
        "compute",
        "/servers/detail",
        "servers",
        microversion=work.destination.at_most("compute", SERVER_MICROVERSION),
        all_tenants=1,
        project_id=work.project_id,
    )
    for server in servers:
        is_ours = carries_marker(work, server.get("description"), server["metadata"])
        if is_ours and not boot_fault(work, server["id"]):
            return str(server["id"])
    return None


def take_off_marker(work: Work) -> None:
    """Put the source's description in place of the marker, or remove it from the metadata."""
    remove_from_metadata(work)
    if _has_descriptions(work.destination):
        body = {"server": {"description": work.record.fields.get("description")}}
        path, microversion = f"/servers/{work.destination_id}", SINCE["description"]
        work.destination.put("compute", path, body, microversion=microversion)


def set_tags(work: Work) -> None:
    """Tag the copy where Nova has tags and its create call does not take them: before 2.52."""
    tags, cloud = work.record.fields.get("tags"), work.destination
    if (
        tags
        and cloud.supports("compute", TAGS_SINCE)
        and not cloud.supports("compute", TAGS_AT_BOOT)
    ):
        path = f"/servers/{work.destination_id}/tags"
        cloud.put("compute", path, {"tags": tags}, microversion=TAGS_SINCE)


def remove_temporary_key(work: Work) -> None:
    """Delete the owner's key from the operator's account, if booting put it there."""
    if name := work.stage_data.get("temporary_key"):
        work.destination.delete("compute", f"/os-keypairs/{quote(name)}")
        work.save(temporary_key="")


def _body(work: Work) -> Json:
    """Return the body of the create call: on its ports, from its copied disk or root volume."""
    fields, cloud = work.record.fields, work.destination
    ports = [_port(work, id_) for id_ in fields["ports"]]
    body: Json = {
        **only_set(fields, _COPIED),
        **only_set(work.resolution, ("availability_zone",)),
        **_user_data(work),
        **_disk(work),
        "flavorRef": work.destination_id_of("flavor", fields["flavor_id"]),
        "networks": ports or "none",
        "metadata": fields["metadata"],
        "config_drive": fields["config_drive"],
        **_marker(work),
    }
    if host_name := host_name_for(work.record, cloud):
        body["hostname"] = host_name
    return {
        name: value
        for name, value in body.items()
        if name not in AT_BOOT_SINCE or cloud.supports("compute", AT_BOOT_SINCE[name])
    }


def _port(work: Work, source_id: str) -> Json:
    tag = tag_of(work, PORT_TAGS, source_id, TAGS_AT_BOOT_SINCE)
    return {"port": work.destination_id_of("port", source_id), **tag}


def remove_from_metadata(work: Work) -> None:
    """Remove the marker from the metadata, if it may be there; nothing happens if it is not.

    It is where Nova has no descriptions, and older versions put it there everywhere.
    """
    of_older_version = work.marker == work.record.id
    if of_older_version or not _has_descriptions(work.destination):
        work.destination.delete("compute", f"/servers/{work.destination_id}/metadata/{MARKER}")


def _marker(work: Work) -> Json:
    """Return the marker as a description, which guests do not see, or else among the metadata."""
    if _has_descriptions(work.destination):
        return {"description": marked_description(work)}
    return {"metadata": {**work.record.fields["metadata"], MARKER: work.marker}}


def _has_descriptions(cloud: CloudSession) -> bool:
    return cloud.supports("compute", SINCE["description"])


def _disk(work: Work) -> Json:
    root = work.record.fields["root_volume"]
    if work.record.fields.get(FROM_IMAGE):
        return {"imageRef": work.destination_id_of("image", work.record.fields["image"])}
    if not root:
        return {"imageRef": work.stage_data["destination_image"]}
    # set later where that is possible, so that a failed boot does not take the volume with it
    later = work.destination.supports("compute", DELETION_MICROVERSION)
    device = {
        "boot_index": 0,
        "uuid": work.destination_id_of("volume", root),
        "source_type": "volume",
        "destination_type": "volume",
        "delete_on_termination": not later and root in work.record.fields["deleted_volumes"],
        **tag_of(work, VOLUME_TAGS, root, TAGS_AT_BOOT_SINCE),
    }
    return {"block_device_mapping_v2": [device]}


def _user_data(work: Work) -> Json:
    """Read the user data from the source just before its use: it may hold passwords."""
    microversion = work.source.at_most("compute", SERVER_MICROVERSION)
    path = f"/servers/{work.record.id}"
    server = work.source.get("compute", path, "server", microversion=microversion)
    user_data = server.get(USER_DATA)
    secrets.register(user_data)
    return {"user_data": user_data} if user_data else {}


def _key(work: Work, owner: CloudSession, name: str) -> Json:
    """Return the name of the key, lent to the operator where the owner does not boot the server.

    A key that its owner has deleted is left out, and one whose name the destination refuses: the
    guest has it already.
    """
    if not accepts_key_name(name, work.destination):
        return {}
    user_id = work.record.fields["user_id"]
    path = f"/os-keypairs/{quote(name)}"
    theirs = work.source.find(
        "compute", f"{path}?user_id={user_id}", "keypair", microversion=KEYS_OF_OTHERS
    )
    if theirs is None or not theirs.get("public_key"):
        why = "only its user can read it there" if theirs else "its owner has deleted it"
        work.log(f"Left out key {name}: {why}.", level=logging.WARNING)
        return {}
    if not is_booted_by_owner(work):
        _lend(work, owner, name, theirs)
    return {"key_name": name}


def _lend(work: Work, owner: CloudSession, name: str, theirs: Json) -> None:
    """Lend the operator, who boots the server, its owner's key."""
    path = f"/os-keypairs/{quote(name)}"
    ours = owner.find("compute", path, "keypair")
    if ours is None:
        work.save(temporary_key=name)
        _add_key(owner, name, theirs)
    elif ours["public_key"].split()[:2] != theirs["public_key"].split()[:2]:
        raise NeedsOperator(
            f"The operator's account on cloud {owner.name} has another key named {name}.",
            fix="Rename it there, then retry.",
        )


def _add_key(owner: CloudSession, name: str, key: Json) -> None:
    body = {"name": name, "public_key": key["public_key"]}
    microversion = microversion_for_keys(owner)
    if microversion != KEYS_OF_OTHERS:
        body["type"] = key.get("type", "ssh")
    try:
        owner.post("compute", "/os-keypairs", {"keypair": body}, microversion=microversion)
    except NeedsOperator:
        # another server's step may have lent the same key a moment ago
        if owner.find("compute", f"/os-keypairs/{quote(name)}") is None:
            raise
