"""The dashboard in the guides asks for metrics that there are."""

import json
import re
from pathlib import Path

import pytest

from tests.support.api_clients import as_role

DASHBOARD = Path(__file__).parents[3] / "docs/grafana/pumphouse.json"


@pytest.mark.django_db
def test_every_metric_of_the_dashboard_and_of_the_guide_is_there():
    found = as_role("viewer").get("/metrics").content.decode()
    panels = json.loads(DASHBOARD.read_text())["panels"]
    text = " ".join(target["expr"] for panel in panels for target in panel["targets"])
    text += DASHBOARD.parents[1].joinpath("metrics.md").read_text()
    named = {*re.findall(r"\bpumphouse_\w+", text)}
    told = {*re.findall(r"^# TYPE (\w+)", found, re.MULTILINE)}
    assert len(named) > 10
    assert {re.sub("_(bucket|count)$", "", name) for name in named} == told
