"""Ends outages: whoever has started a server, it is no longer down because of its move."""

from django.db.models import Q

from dashboard.clients.openstack import CloudSession
from dashboard.hosts_app.models import Cloud
from dashboard.migrations_app import ledger
from dashboard.migrations_app.models import LedgerEntry
from dashboard.migrations_app.resources.compute.server.states import ACTIVE


def end_outages_of_running(cloud: Cloud, session: CloudSession) -> None:
    """End the outage of each server that runs on this cloud by now, whoever has started it.

    One that the source no longer has is not down either: there is nothing left to start.
    """
    rows = LedgerEntry.objects.exclude(down_since=None)
    for entry in rows.filter(Q(source_cloud=cloud) | Q(destination_cloud=cloud)):
        is_source = entry.source_cloud_id == cloud.pk
        id_ = entry.source_id if is_source else entry.destination_id
        server = session.find("compute", f"/servers/{id_}", "server") if id_ else None
        if server["status"] == ACTIVE if server else is_source:
            ledger.end_outage(entry)
