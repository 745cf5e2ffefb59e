"""Serves clouds in memory on loopback, for products in processes of their own."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import parse_qs

from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.messages import Request
from tests.support.juno.messages import Reply
from tests.support.juno.messages import Request as Asked
from tests.support.juno.server import Server


@contextmanager
def served(*clouds: MemoryCloud) -> Iterator[None]:
    """Serve clouds at addresses that every process reaches, which become theirs, while inside."""
    with ExitStack() as servers:
        for cloud in clouds:
            server = Server(cloud.name, lambda asked, cloud=cloud: _reply(cloud, asked))
            servers.callback(server.close)
            cloud.url = f"http://127.0.0.1:{server.number}"
        yield


def _reply(cloud: MemoryCloud, asked: Asked) -> Reply:
    _, root, *below = asked.path.split("/", 2)
    request = Request(
        method=asked.method,
        path=f"/{below[0]}" if below else "/",
        query=parse_qs(asked.query_text, keep_blank_values=True),
        headers=asked.headers,
        content=asked.content,
    )
    answer = cloud.answer(root, request)
    headers = {"Content-Type": "application/json", **answer.headers}
    return Reply(answer.status, answer.content, headers)
