"""Swift, and what speaks its API: the object store of the cloud itself, by the operator's login."""

from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from urllib.parse import quote

from requests import RequestException
from typing_extensions import override

from dashboard.clients.backup_stores.base import CHUNK, BackupStore
from dashboard.clients.passing_bytes import PassingBytes
from dashboard.clients.yaml_sections import Section
from dashboard.errors import Retryable

PAGE = 1000
_SERVICE = "object_store"


class SwiftStore(BackupStore):
    """An account of Swift: the operator's, since Cinder writes as who asks for a backup.

    Where it logs in with an account of its own (``backup_swift_auth = single_user``), that one is
    named. The container is the one that a backup's record has.
    """

    name = "swift"
    family = "accounts of Swift"

    @classmethod
    @override
    def read(cls, section: Section) -> dict[str, str]:
        section.only({"kind", "account"})
        account = section.optional_text("account")
        return {"account": account} if account else {}

    @override
    def require_readable(self) -> None:
        self.cloud.call("GET", _SERVICE, self._path(), params={"format": "json", "limit": 1})

    @override
    def require_writable(self) -> None:
        """Read the account's list, which Swift shows to those who may write everything in it."""
        self.require_readable()

    @override
    def objects(self, container: str, prefix: str) -> dict[str, int]:
        return {each["name"]: int(each["bytes"]) for each in self._objects(container, prefix)}

    @override
    def digest(self, container: str, name: str) -> str:
        found = self._objects(container, name)
        return next((str(each["hash"]) for each in found if each["name"] == name), "")

    @override
    def pieces(self, container: str, name: str) -> Generator[bytes, None, None]:
        path = self._path(container, name)
        with closing(self.cloud.stream(path, service=_SERVICE)) as answer:
            try:
                yield from answer.iter_content(CHUNK)
            except RequestException as error:
                raise Retryable(f"Swift of cloud {self.cloud.name} broke off: {error}.") from None

    @override
    def write(self, container: str, name: str, content: PassingBytes) -> None:
        """Write an object. Raises ``Retryable`` if Swift tells another hash than what passed."""
        self.cloud.put(_SERVICE, self._path(container))
        answered = self.cloud.upload(self._path(container, name), content, service=_SERVICE)
        if answered.get("etag", "").strip('"') != content.hashes["md5"].hexdigest():
            self.remove(container, name)
            raise Retryable(f"Swift of cloud {self.cloud.name} got other bytes than were sent.")

    @override
    def remove(self, container: str, name: str) -> None:
        self.cloud.delete(_SERVICE, self._path(container, name))

    def _objects(self, container: str, prefix: str) -> Iterator[dict[str, str]]:
        """Yield what begins so, page by page; nothing where there is no such container."""
        asked: dict[str, str | int] = {"format": "json", "prefix": prefix, "limit": PAGE}
        path = self._path(container)
        while page := self._page(path, asked):
            yield from page
            asked = {**asked, "marker": page[-1]["name"]}

    def _page(self, path: str, asked: Mapping[str, str | int]) -> list[dict[str, str]]:
        body = self.cloud.call("GET", _SERVICE, path, params=asked, missing_ok=True)
        page: list[dict[str, str]] = body.get("", [])
        return page

    def _path(self, *parts: str) -> str:
        """Return the address of something, in the account of the token unless another is named."""
        below = "".join(f"/{quote(each, safe='')}" for each in parts)
        if account := self.options.get("account"):
            above = self.cloud.endpoint(_SERVICE).rstrip("/").rpartition("/")[0]
            return f"{above}/{quote(account)}{below}"
        return below
