"""What the HTTP errors of OpenStack's services become."""

import json

import pytest
from requests import Response

from dashboard.clients.refusals import refusal_of
from dashboard.errors import NeedsOperator, PumphouseError, Retryable
from tests.support.juno.recorded_answers import recordings
from tests.support.juno.replaying import replayed

RAISE_QUOTA = "Raise the project's quota on that cloud, then retry."


def refusal(status: int, reason: str, *, path: str = "/servers") -> PumphouseError:
    response = Response()
    response.status_code = status
    response._content = json.dumps({"error": {"message": reason}}).encode()
    return refusal_of(response, cloud="new", request=f"GET {path}")


@pytest.mark.parametrize("status", [429, 503])
def test_a_service_that_is_busy_when_asked_for_quotas_is_retried(status):
    error = refusal(status, "The service is busy.", path="/os-quota-sets/demo")
    assert isinstance(error, Retryable)


def test_a_page_of_html_is_told_without_its_markup():
    response = Response()
    response.status_code, response.reason = 415, "Unsupported Media Type"
    page = "<html><head><title>415</title></head>\n<body><h1>No such type</h1>a &lt; b<br />"
    response._content = f"{page}</body></html>".encode()
    error = refusal_of(response, cloud="new", request="GET /servers")
    assert error.sentence == "Cloud new answered 415 to GET /servers: No such type a < b."


def test_a_message_of_glance_is_told_without_its_line_breaks():
    error = refusal(409, "Image is in use.<br /><br />\n\n\n")
    assert error.sentence == "Cloud new answered 409 to GET /servers: Image is in use."


def test_quotas_that_are_not_found_need_no_higher_quota():
    error = refusal(404, "The resource could not be found.", path="/os-quota-sets/demo")
    assert isinstance(error, NeedsOperator)
    assert error.fix != RAISE_QUOTA


def test_an_account_that_may_not_change_quotas_needs_a_role():
    reason = "Policy doesn't allow os_compute_api:os-quota-sets:update to be performed."
    assert "role" in refusal(403, reason).fix


def test_a_rate_limit_that_is_exceeded_is_retried():
    assert isinstance(refusal(429, "Rate limit exceeded."), Retryable)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (403, "Quota exceeded for cores: Requested 8, but already used 4 of 10 cores"),
        (409, "Quota exceeded for resources: ['port']."),
        (413, "VolumeLimitExceeded: Maximum number of volumes allowed (10) exceeded"),
    ],
)
def test_a_full_quota_is_not_retried_and_must_be_raised(status, reason):
    error = refusal(status, reason)
    assert isinstance(error, NeedsOperator)
    assert error.fix == RAISE_QUOTA


@pytest.mark.parametrize(
    ("service", "status"), [("nova", 403), ("cinder", 413)], ids=["nova", "cinder"]
)
def test_a_full_quota_of_a_juno_cloud_is_none_that_passes_by_itself(service, status):
    full = [each for each in recordings(service) if each.headers.get("retry-after") == "0"]
    assert {each.status for each in full} == {status}
    for each in full:
        error = refusal_of(replayed(each), cloud="old", request="POST compute /servers")
        assert isinstance(error, NeedsOperator)
        assert error.fix == RAISE_QUOTA


@pytest.mark.parametrize("name", ["X-OpenStack-Request-Id", "X-Compute-Request-Id"])
def test_the_id_of_a_request_is_told_by_old_novas_under_a_name_of_their_own(name):
    response = Response()
    response.status_code, response._content = 404, b""
    response.headers[name] = "req-1"
    assert refusal_of(response, cloud="old", request="GET compute /servers").request_id == "req-1"
