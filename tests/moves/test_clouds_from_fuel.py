"""Clouds that come from Fuel take the data paths that a file without logins makes known."""

from dataclasses import replace
from unittest.mock import patch

import pytest
import yaml

from dashboard.clients.cloud_access import CloudAccess
from dashboard.hosts_app.fuel import masters
from dashboard.hosts_app.models import Cloud
from tests.support.cloud.backed_up import AFTER, CHANGED, DATA, Delta, two_stores
from tests.support.cloud.sessions import login_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_volume_of_a_cloud_from_fuel_goes_by_backups_between_two_stores(tmp_path, settings):
    with two_stores(tmp_path) as clouds:
        path = tmp_path / "clouds.yaml"
        document = yaml.safe_load(path.read_text())
        for entry in document["clouds"].values():
            del entry["auth"], entry["region_name"]
        path.write_text(yaml.safe_dump(document))
        settings.PUMPHOUSE_CONFIG = str(path)
        Cloud.objects.update(origin=Cloud.Origin.FUEL, location="fuel", section="1")
        clouds.source.refresh_from_db()
        clouds.destination.refresh_from_db()
        logins = {
            cloud.name: CloudAccess(name=cloud.name, auth=login_of(cloud))
            for cloud in (clouds.old, clouds.new)
        }
        with patch.object(masters, "access_in_fuel", lambda cloud: replace(logins[cloud.name])):
            move = Delta(clouds)
            assert move.plan.items.get(name=DATA).data_path["name"] == "backup_delta"
            move.do_until_cutover()
            move.write(AFTER)
            move.do_cutover()
            assert move.copied() == CHANGED
            assert move.left() == []
