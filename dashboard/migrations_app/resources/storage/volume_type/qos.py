"""QoS specs of volume types: limits that Cinder or the hypervisor sets on volumes of a type."""

from collections.abc import Mapping
from typing import Any

from dashboard.clients.openstack import CloudSession, Json
from dashboard.migrations_app.resources.work import Work

_SERVICE = "block_storage"
# stage data: before the call that the specs were not there, afterwards their id
_CREATING, _CREATED = "creating_qos", "created_qos"


def qos_of(cloud: CloudSession, type_: Mapping[str, Any]) -> Json:
    """Return name, consumer and specs of the QoS specs of a type, {} for a type without."""
    id_ = type_.get("qos_specs_id")
    found = cloud.find(_SERVICE, f"/qos-specs/{id_}", "qos_specs") if id_ else None
    return {name: found[name] for name in ("name", "consumer", "specs")} if found else {}


def qos_named(cloud: CloudSession, name: str) -> Json | None:
    """Return the QoS specs of that name, None for none: names are unique."""
    listed = cloud.list(_SERVICE, "/qos-specs", "qos_specs")
    return next((each for each in listed if each["name"] == name), None)


def associate_qos(work: Work, qos: Mapping[str, Any]) -> None:
    """Associate the type with QoS specs, which are created unless they are there."""
    found = qos_named(work.destination, qos["name"])
    if found is None:
        work.save(**{_CREATING: True})
        body = {"qos_specs": {"name": qos["name"], "consumer": qos["consumer"], **qos["specs"]}}
        found = work.destination.post(_SERVICE, "/qos-specs", body, "qos_specs")
    if work.stage_data.get(_CREATING):
        work.save(**{_CREATED: found["id"]})
    # a GET that changes something: so is Cinder's API
    path = f"/qos-specs/{found['id']}/associate?vol_type_id={work.destination_id}"
    work.destination.call("GET", _SERVICE, path)


def remove_qos(work: Work) -> None:
    """Delete the QoS specs that were created for the type, unless another type has them by now."""
    if id_ := work.stage_data.get(_CREATED):
        path = f"/qos-specs/{id_}/associations"
        associations = work.destination.find(_SERVICE, path) or {}
        if not associations.get("qos_associations"):
            work.destination.delete(_SERVICE, f"/qos-specs/{id_}")
        work.save(**{_CREATED: "", _CREATING: False})
