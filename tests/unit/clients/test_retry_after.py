"""What a service may ask for in Retry-After."""

import pytest

from dashboard.clients.retry_after import LONGEST_SECONDS, seconds_asked


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        ("0", 0),
        ("1767225600000", LONGEST_SECONDS),  # an epoch in milliseconds
        ("315360000", LONGEST_SECONDS),
        ("9" * 400, LONGEST_SECONDS),
        ("²", None),
        ("-1", None),
        ("Fri, 31 Dec 1999 23:59:59 GMT", None),
        ("", None),
        (None, None),
    ],
)
def test_it_is_believed_up_to_an_hour(header: str | None, seconds: float | None) -> None:
    assert seconds_asked(header) == seconds
