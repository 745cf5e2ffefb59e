"""What a wave says of servers and data streams holds for the jobs of its tenants, also changed."""

import pytest
from django.test import Client

from dashboard.campaigns.models import Wave
from dashboard.campaigns.planning.rules import change_rules
from dashboard.campaigns.running.shared_limits import share_limits
from dashboard.jobs.models import Job, JobGroup
from dashboard.jobs.requester import NOBODY
from tests.support import rows
from tests.support.campaign_rows import running_campaign_of
from tests.support.rehearsal.jobs import rehearse, spec

pytestmark = pytest.mark.django_db


@pytest.fixture
def wave() -> Wave:
    wave = running_campaign_of(*rows.two_clouds()).waves.get(name="by night")
    Wave.objects.filter(pk=wave.pk).update(servers_at_once=4, streams=2)
    return wave


def moving(wave: Wave, chains_at_once: int = 4) -> Job:
    job = rehearse(spec("halt", chain="a", opens_chain=True), chains_at_once=chains_at_once)
    share_limits(job, wave)
    return fresh(job)


def fresh(job: Job) -> Job:
    return Job.objects.select_related("group").get(pk=job.pk)


def test_jobs_of_a_wave_share_what_it_says_now(wave):
    one, two = moving(wave), moving(wave)
    assert one.group == two.group == JobGroup.objects.get()
    assert (one.group.chains_at_once, one.group.streams) == (4, 2)
    assert str(one.group) == f"wave by night of campaign {wave.campaign.name}"


def test_changed_rules_hold_for_what_runs(wave):
    job = moving(wave)
    change_rules(wave, {"streams": 5, "servers_at_once": 7}, NOBODY)
    assert (fresh(job).group.streams, fresh(job).group.chains_at_once) == (5, 7)
    assert (fresh(job).chains_at_once, fresh(job).pace) == (7, None)
    change_rules(wave, {"servers_at_once": 0}, NOBODY)
    assert fresh(job).group.chains_at_once == 0
    assert fresh(job).pace, "without a number it adapts from there"


def test_a_number_that_an_operator_chose_for_one_job_stays_while_the_wave_keeps_its_own(wave):
    job = moving(wave, chains_at_once=1)
    change_rules(wave, {"streams": 1}, NOBODY)
    assert (fresh(job).chains_at_once, fresh(job).group.streams) == (1, 1)


def test_the_page_of_a_job_says_what_its_wave_may_have(wave):
    client, job = Client(), moving(wave)
    client.force_login(rows.user_with("viewer"))
    page = client.get(job.get_absolute_url()).content.decode()
    assert "4 servers at a time, at most 4 in all of wave by night of campaign" in page
