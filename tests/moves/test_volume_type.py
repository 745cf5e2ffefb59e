"""Volume types: adopted by name, mapped, or created by choice; and what their volumes become."""

import pytest

from tests.support.cloud.moved_tenant import blocks, draft, executed, unexpected
from tests.support.cloud.moving import two_clouds
from tests.support.cloud.seeds import NAME, tenant_between

pytestmark = pytest.mark.django_db

FAST, TILL = f"{NAME}-fast", f"{NAME}-till"


@pytest.fixture
def clouds(tmp_path):
    with two_clouds(tmp_path) as clouds:
        tenant_between(clouds.old, clouds.new)
        yield clouds


def till_of(plan):
    return plan.items.get(type="volume", name=TILL)


def losses_of(item):
    return {loss["field"]: loss["reason"] for loss in item.losses}


def fast_there(clouds):
    return clouds.new.block_storage.types.where(name=FAST)


def test_without_a_choice_its_volumes_get_the_default_type(clouds):
    plan = draft(clouds)
    [item] = plan.items.filter(type="volume_type", name=FAST)
    assert item.action == "skip"
    assert f"Map volume_type:{FAST} to a type there or to create." in losses_of(item)[""]
    assert losses_of(till_of(plan)) == {
        "volume_type": "It becomes the default type on cloud new.",
        "multiattach": "Its volume type on cloud new lets a volume be attached to one server only.",
    }


@pytest.mark.parametrize("choice", ["create", "create-all"])
def test_it_is_created_with_what_any_storage_understands(clouds, choice):
    plan = draft(clouds, **{f"volume_type:{FAST}": choice})
    is_complete = choice == "create-all"
    [item] = plan.items.filter(type="volume_type", name=FAST)
    assert ("extra_specs" in losses_of(item)) != is_complete
    assert losses_of(till_of(plan)) == {}
    move = executed(clouds, plan, "volume")
    assert not unexpected(move, till_of(plan))
    [made] = fast_there(clouds)
    of_backend = {"volume_backend_name": "nfs"} if is_complete else {}
    assert made["extra_specs"] == {"multiattach": "<is> True", **of_backend}
    assert not made["is_public"]
    [qos] = clouds.new.block_storage.qos_specs.where(id=made["qos_specs_id"])
    assert (qos["consumer"], qos["specs"]) == ("front-end", {"total_iops_sec": "100"})


def test_other_qos_specs_of_the_name_are_left_alone(clouds):
    body = {"name": f"{NAME}-slow", "consumer": "both", "total_iops_sec": "5"}
    clouds.destination_session.post("block_storage", "/qos-specs", {"qos_specs": body})
    plan = draft(clouds, **{f"volume_type:{FAST}": "create"})
    assert (
        "other QoS specs" in losses_of(plan.items.get(type="volume_type", name=FAST))["qos_specs"]
    )
    executed(clouds, plan, "volume")
    assert fast_there(clouds)[0]["qos_specs_id"] is None


def test_it_is_mapped_to_a_type_there_with_all_its_volumes(clouds):
    clouds.new.block_storage.types.add("silver", is_public=False)
    plan = draft(clouds, **{f"volume_type:{FAST}": "silver"})
    assert losses_of(till_of(plan))["volume_type"] == "It becomes silver on cloud new."
    move = executed(clouds, plan, "volume")
    assert not unexpected(move, till_of(plan))
    assert move.row_of(till_of(plan))["volume_type"] == "silver"


def test_a_choice_for_the_volume_itself_goes_before(clouds):
    choices = {f"volume_type:{FAST}": "create", f"volume:{TILL}": "nfs"}
    assert losses_of(till_of(draft(clouds, **choices)))["volume_type"].startswith("It becomes nfs")


def test_one_that_encrypts_is_refused_without_a_key_manager(clouds):
    [fast] = clouds.old.block_storage.types.where(name=FAST)
    fast["~encryption"] = {"provider": "luks", "cipher": "aes-xts-plain64", "key_size": 256}
    clouds.new.has_key_manager = False
    found = blocks(draft(clouds, **{f"volume_type:{FAST}": "create"}))
    assert f"Volume type {FAST} encrypts volumes, and cloud new has no key manager" in found


def test_one_that_encrypts_is_created_with_its_encryption(clouds):
    [fast] = clouds.old.block_storage.types.where(name=FAST)
    fast["~encryption"] = {"provider": "nova.volume.encryptors.luks.LuksEncryptor", "key_size": 256}
    move = executed(clouds, draft(clouds, **{f"volume_type:{FAST}": "create"}), "volume_type")
    [copy] = clouds.new.block_storage.types.where(name=FAST)
    assert copy["~encryption"] == {"provider": "luks", "key_size": 256}
    assert not unexpected(move, move.plan.items.get(type="volume_type", name=FAST))


def test_an_unknown_type_is_refused_with_those_that_there_are(clouds):
    found = blocks(draft(clouds, **{f"volume_type:{FAST}": "golden"}))
    assert f"Map volume_type:{FAST} to create, create-all or one of: __DEFAULT__, nfs" in found
