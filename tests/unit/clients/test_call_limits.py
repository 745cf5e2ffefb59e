"""How many calls are in flight: as many as a service can take, and no more."""

import threading

import pytest

from dashboard.clients.call_limits import MOST, CallLimit, CallLimits, kind_of
from tests.support.simulated_service import SimulatedService

CALLS = 400


def test_one_worker_gets_few_calls_at_once_and_is_never_idle():
    service = SimulatedService(workers=1)
    seconds = service.run(CALLS)
    assert seconds <= 1.05 * CALLS * service.seconds
    assert service.limit.limit <= 3


def test_many_workers_get_as_many_as_there_are_threads():
    service = SimulatedService(workers=40)
    service.run(CALLS)
    assert service.most_in_flight == 16


def test_a_far_service_gets_many_calls_although_each_takes_long():
    service = SimulatedService(workers=8, seconds=0.02, latency=0.2)
    one_by_one = CALLS * (service.seconds + service.latency)
    assert service.run(CALLS) <= 0.15 * one_by_one


def test_a_service_with_too_much_to_do_is_called_less_often():
    service = SimulatedService(workers=4, queue=2, latency=0.02)
    service.run(CALLS)
    assert 0 < service.limit.refused < CALLS / 5
    assert service.limit.limit <= 7


def test_a_service_that_becomes_slower_gets_fewer_and_more_again_when_it_is_quick():
    service = SimulatedService(workers=16)
    service.run(CALLS)
    quick = service.limit.limit
    service._free = service._free[:2]
    service.run(CALLS)
    slow = service.limit.limit
    service._free = [service.now] * 16
    service.run(CALLS)
    assert slow < quick / 2
    assert service.limit.limit > 2 * slow


def test_a_call_without_an_answer_halves_the_limit_once():
    now = 10.0
    limit = CallLimit(clock=lambda: now)
    limit._limit = 8.0
    for _ in range(3):  # at the same moment
        with pytest.raises(TimeoutError), limit.call("GET ports"):
            raise TimeoutError
    assert (limit.limit, limit.in_flight, limit.refused) == (4, 0, 3)


def test_more_calls_wait_until_others_have_ended_and_a_new_limit_holds_at_once():
    limit = CallLimit(most=1)
    entered, leave = threading.Event(), threading.Event()

    def second() -> None:
        with limit.call("GET ports"):
            entered.set()
            leave.wait(10)

    with limit.call("GET ports"):
        thread = threading.Thread(target=second)
        thread.start()
        assert not entered.wait(0.05)
        limit._limit = 2.0
        limit.allow(2)
        assert entered.wait(10)
        assert limit.in_flight == 2
    leave.set()
    thread.join(10)
    assert limit.in_flight == 0


def test_the_configuration_limits_single_services_and_its_change_is_taken():
    limits = CallLimits()
    limits.allow("old", {"network": 1})
    network, compute = limits.of("old", "network"), limits.of("old", "compute")
    assert (network._most, compute._most) == (1, MOST)
    limits.allow("old", {"compute": 4})
    assert (network._most, compute._most) == (MOST, 4)
    assert limits.of("new", "network") is not network
    assert {*limits.all()} == {("old", "network"), ("old", "compute"), ("new", "network")}


def test_calls_are_compared_with_those_of_their_kind():
    assert kind_of("GET", "/ports/1234?x=y") == kind_of("GET", "/ports?name=z") == "GET ports"
    assert kind_of("POST", "/ports") != kind_of("GET", "/ports")
