"""Connects clients to clouds in memory, below everything that a real client does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, unquote, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict

from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.messages import Answer, Request

Send = Callable[..., requests.Response]


@contextmanager
def connected(*clouds: MemoryCloud) -> Iterator[None]:
    """Answer all requests to these clouds from memory while inside; others go where they went.

    It is the transport that is replaced: sessions, tokens, discovery, pages, errors and retries are
    those of the real client.
    """
    by_host = {urlsplit(cloud.url).netloc: cloud for cloud in clouds}
    beyond: Send = HTTPAdapter.send

    def send(
        adapter: HTTPAdapter, request: requests.PreparedRequest, **options: Any
    ) -> requests.Response:
        cloud = by_host.get(urlsplit(str(request.url)).netloc)
        if cloud is None:
            return beyond(adapter, request, **options)
        try:
            return _response(request, _exchange(cloud, request))
        except requests.ConnectionError as error:
            error.request = request
            raise

    # proxies of the environment cost more than all that a cloud in memory does for a request
    no_proxies = patch.object(requests.sessions, "get_environ_proxies", lambda *_, **__: {})
    with patch.object(HTTPAdapter, "send", send), no_proxies:
        yield


def _exchange(cloud: MemoryCloud, prepared: requests.PreparedRequest) -> Answer:
    address = urlsplit(str(prepared.url))
    _, root, *below = address.path.split("/", 2)
    request = Request(
        method=str(prepared.method),
        path=unquote(f"/{below[0]}") if below else "/",
        query=parse_qs(address.query, keep_blank_values=True),
        headers=prepared.headers,
        content=_content(prepared.body),
    )
    return cloud.answer(root, request)


def _content(body: Any) -> bytes:
    """Return the bytes of a body, which may be a text, a file or an iterable."""
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    return body if isinstance(body, bytes) else b"".join(body)


def _response(request: requests.PreparedRequest, answer: Answer) -> requests.Response:
    response = requests.Response()
    response.status_code = answer.status
    response.url = str(request.url)
    response.request = request
    response.headers = CaseInsensitiveDict({"Content-Type": "application/json", **answer.headers})
    response._content = answer.content
    response._content_consumed = True  # type: ignore[attr-defined]
    response.encoding = "utf-8"
    return response
