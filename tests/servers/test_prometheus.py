"""A real Prometheus scrapes the metrics of a running dashboard, and answers queries about them."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit
from urllib.request import urlopen

import pytest
from knox.models import AuthToken

from dashboard.jobs.models import Job
from dashboard.jobs.states import JobState
from tests.support import rows
from tests.support.awaiting import await_that
from tests.support.servers import free_port

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        shutil.which("prometheus") is None,
        reason="Prometheus is not installed: apt-get install prometheus",
    ),
]

CONFIG = """
# seldom, so that all that is asked for comes of one scrape; long, since a busy machine is slow
global: {{scrape_interval: 5s, scrape_timeout: 5s}}
scrape_configs:
  - job_name: pumphouse
    authorization: {{type: Token, credentials_file: {token}}}
    static_configs: [{{targets: ["{target}"]}}]
"""


@contextmanager
def prometheus(folder: Path, target: str, token: str) -> Iterator[str]:
    """Run Prometheus on loopback, which scrapes the target, and yield its address."""
    (folder / "token").write_text(token)
    config = CONFIG.format(token=folder / "token", target=target)
    (folder / "prometheus.yml").write_text(config)
    address = f"127.0.0.1:{free_port()}"
    command = [
        "prometheus",
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={address}",
    ]
    with (folder / "log").open("w") as log:
        child = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        yield f"http://{address}"
    finally:
        child.terminate()
        child.wait()


def query(address: str, words: str) -> list[Any]:
    """Return what a query finds, nothing while Prometheus starts."""
    asked = f"{address}/api/v1/query?{urlencode({'query': words})}"
    try:
        with urlopen(asked, timeout=5) as answer:
            found: list[Any] = json.load(answer)["data"]["result"]
    except OSError:
        return []
    return found


def test_prometheus_scrapes_it_and_answers(live_server: Any, tmp_path: Path) -> None:
    old, new = rows.two_clouds()
    plan = rows.plan_of(rows.tenant_of(old), new)
    Job.objects.filter(pk=rows.job_of(plan, JobState.RUNNING).pk).update(kind="execute")
    token = AuthToken.objects.create(rows.user_with("viewer"))[1]
    with prometheus(tmp_path, urlsplit(live_server.url).netloc, token) as address:
        running = 'pumphouse_jobs{kind="execute",state="running"}'
        [found] = await_that(lambda: query(address, running))
        assert found["value"][1] == "1"
        [is_up] = query(address, "up")
        assert is_up["value"][1] == "1"
        names = {each["metric"]["__name__"] for each in query(address, '{job="pumphouse"}')}
    assert "pumphouse_downtime_seconds_bucket" in names
