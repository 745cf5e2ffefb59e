"""What a tenant has that is not migrated is named in its plan, by kind and number."""

from dataclasses import replace

import pytest

from tests.support.cloud.moved_tenant import draft
from tests.support.cloud.neighbours import NeighbourService
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db


def sentences(clouds, severity):
    found = draft(clouds).findings.filter(severity=severity)
    return [*found.values_list("sentence", flat=True)]


def stacks(clouds):
    project = clouds.old.identity.projects.where(name=NAME)[0]["id"]
    return [{"id": "1", "project": project}, {"id": "2", "project": "another"}]


def test_objects_of_an_extension_are_counted(clouds):
    assert f"{NAME} has metering labels (1): they are not migrated." in sentences(clouds, "warn")


def test_an_extension_that_is_not_there_is_not_asked(clouds):
    release = clouds.old.release
    clouds.old.release = replace(release, extensions=release.extensions - {"metering"})
    assert not [each for each in sentences(clouds, "warn") if "metering" in each]


def test_objects_of_another_service_are_counted_without_those_of_others(clouds):
    heat = NeighbourService(clouds.old, "orchestration", "stacks", {"stacks": stacks(clouds)})
    clouds.old.neighbours.append(heat)
    assert f"{NAME} has stacks of Heat (1): they are not migrated." in sentences(clouds, "warn")


def test_a_service_in_which_the_tenant_has_nothing_is_not_named(clouds):
    heat = NeighbourService(clouds.old, "orchestration", "stacks", {"stacks": []})
    clouds.old.neighbours.append(heat)
    assert not [each for each in sentences(clouds, "warn") if "Heat" in each]


@pytest.mark.parametrize(
    ("type_", "kind"),
    [("dns", "zones"), ("quantum-computing", "objects")],
)
def test_a_service_that_tells_nothing_is_named_as_such(clouds, type_, kind):
    """Designate answers 404, the other is unknown."""
    clouds.old.neighbours.append(NeighbourService(clouds.old, type_, "nothing", {}))
    named = [each for each in sentences(clouds, "info") if f"{NAME} has {kind} of" in each]
    assert len(named) == 1 and "cannot be looked into" in named[0]


def test_secrets_that_no_image_needs_are_named_as_untold(clouds):
    """Barbican has no list for administrators."""
    told = "\n".join(sentences(clouds, "info"))
    assert f"Whether {NAME} has other secrets of Barbican cannot be looked into" in told
