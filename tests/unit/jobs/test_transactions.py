"""A transaction that the database rolled back is retried as a whole."""

import pytest
from django.db import OperationalError, transaction

from dashboard.jobs.log import write_log
from dashboard.jobs.models import LogLine
from dashboard.jobs.transitions import TRIES, in_transaction
from tests.support.rehearsal.jobs import rehearse


class Rival:
    """Work that writes a line and then is chosen as a deadlock's victim so many times."""

    def __init__(self, times: int) -> None:
        self.job = rehearse()
        self.times = times

    def __call__(self) -> str:
        write_log(self.job, "written")
        if self.times:
            self.times -= 1
            raise OperationalError(1213, "Deadlock found when trying to get lock")
        return "done"


@pytest.mark.django_db(transaction=True)
def test_a_victim_retries_and_nothing_is_written_twice():
    assert in_transaction(Rival(times=2)) == "done"
    assert LogLine.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_eternal_victim_gives_up_and_leaves_nothing():
    with pytest.raises(OperationalError):
        in_transaction(Rival(times=TRIES))
    assert not LogLine.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_inside_another_transaction_only_the_outer_one_may_retry():
    rival = Rival(times=1)
    with pytest.raises(OperationalError), transaction.atomic():
        in_transaction(rival)
    assert rival.times == 0
    assert not LogLine.objects.exists()
