"""The tenant's limits."""

from tests.support.cloud.seeds import Seeded


def seed(seeded: Seeded) -> None:
    """Set limits in every service, one for a type of volumes among them."""
    put, id_ = seeded.operator.put, seeded.project_id
    put("compute", f"/os-quota-sets/{id_}", {"quota_set": {"cores": 40, "instances": 21}})
    of_user = f"/os-quota-sets/{id_}?user_id={seeded.id('ann')}"
    put("compute", of_user, {"quota_set": {"cores": 30}})
    put("network", f"/quotas/{id_}", {"quota": {"network": 33, "floatingip": -1}})
    of_volumes = {"volumes": 12, "gigabytes_nfs": 500}
    put("block_storage", f"/os-quota-sets/{id_}", {"quota_set": of_volumes})
    [glance] = seeded.operator.list("identity", "/services", "services", type="image")
    limit = {"service_id": glance["id"], "resource_name": "image_count_total"}
    of_images = {**limit, "resource_limit": 44, "project_id": id_}
    seeded.operator.post("identity", "/limits", {"limits": [of_images]})
