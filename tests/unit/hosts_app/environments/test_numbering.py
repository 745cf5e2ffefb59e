"""What the plan of a copy says about ranges and VLANs that other environments use."""

import pytest

from dashboard.clients.fuel.master import FuelMaster
from dashboard.hosts_app.environments.planning import CopyOptions, draft_copy
from tests.support.fuel_masters import counted_requests, create_environment

SRC = 1


def notes_of(fuel: FuelMaster) -> list[str]:
    draft = draft_copy(fuel, fuel.environment(SRC), name="copy", options=CopyOptions())
    return list(draft.notes)


def public_range(fuel: FuelMaster) -> str:
    networks = fuel.network_configuration(SRC)["networks"]
    return next(str(one["cidr"]) for one in networks if one["name"] == "public")


def test_shared_ranges_and_vlans_are_warned_about(fuel: FuelMaster) -> None:
    note = next(note for note in notes_of(fuel) if "overlap" in note)
    public = public_range(fuel)
    assert note.startswith(f"public ({public}), management (")
    assert "management (VLAN 101)" in note
    assert "tenants' segmentation (VLANs 1010 to 1040) of the copy overlap ranges of" in note
    assert note.endswith("src-cloud. Deploy only one of them, or renumber the copy.")


def test_a_copy_beside_twenty_others_is_planned_in_forty_requests_and_few_words(
    fuel: FuelMaster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them have Fuel's own ranges, and so has a second rack of some."""
    fuel.create_nodegroup(SRC, name="rack2")
    for number in range(3, 21):
        made = create_environment(fuel, f"env-{number}", release_id=2)
        if number % 2:
            fuel.create_nodegroup(made.id, name="rack2")
            configuration = fuel.network_configuration(made.id)
            own = fuel.network_configuration(SRC)["networks"]
            ranges = {one["name"]: one["cidr"] for one in own[4:8]}
            for network in configuration["networks"][4:8]:
                network["cidr"] = ranges[network["name"]] or network["cidr"]
            fuel.change_network_configuration(made.id, configuration)
    requests = counted_requests(monkeypatch)
    notes = notes_of(fuel)
    assert len(requests) <= 40, requests
    assert len(notes) < 15, notes
    shared = [note for note in notes if "overlap" in note]
    assert any("of rack2" in note for note in shared)
    assert any(
        "of src-cloud, env-3, env-4, env-5, env-6 and 14 more." in note for note in shared
    ), shared
