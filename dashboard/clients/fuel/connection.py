"""One connection to the API of one Fuel master, on python-fuelclient.

What is used of python-fuelclient 11.0.0: its ``APIClient`` (addresses and requests) and, from
``clients.fuel``, its facades of environments, nodes and releases. What had to be fixed, without
touching the package:

- Its settings read and write ``~/.config`` and the environment when they are imported, through a
  ``yaml.load`` that PyYAML 6 refuses. They are replaced before anything reads them.
- Its objects forget the connection that they were given and take a global one. They keep it here,
  so that one process can talk to several masters.
- Its ``session.timeout`` has no effect, it speaks http only, and it logs in by Keystone v2.0 only,
  once. The session below has time-outs, TLS, v2.0 and v3, and logs in whenever Fuel says 401; a
  token's expiry is ignored, since masters give out tokens that seem to have expired.
- It hides what Fuel's reason for a refusal was. Errors here are those of ``dashboard.errors``.
- It imports keystoneclient for that login, which takes as long as all else of it: an empty module
  stands in for it meanwhile.
"""

import ast
import sys
import warnings
from types import ModuleType, SimpleNamespace
from typing import Any

import requests
from keystoneauth1 import exceptions as auth_errors
from keystoneauth1 import identity
from keystoneauth1.session import Session as KeystoneSession

from dashboard import secrets
from dashboard.clients.connection_errors import cause_of
from dashboard.clients.fuel.endpoint import FuelEndpoint
from dashboard.clients.fuel.refusals import not_fuel, refusal
from dashboard.errors import NeedsOperator, Retryable

_UNUSED_LOGIN = ModuleType("keystoneclient.v2_0")
_UNUSED_LOGIN.__dict__["client"] = None

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # pkg_resources announces its end
    from fuelclient import fuelclient_settings

    fuelclient_settings._SETTINGS = SimpleNamespace(
        SERVER_ADDRESS="",
        SERVER_PORT="",
        HTTP_PROXY=None,
        HTTP_TIMEOUT=None,
        OS_USERNAME=None,
        OS_PASSWORD=None,
        OS_TENANT_NAME=None,
    )
    sys.modules.setdefault(_UNUSED_LOGIN.__name__, _UNUSED_LOGIN)
    from fuelclient.client import APIClient
    from fuelclient.objects.base import BaseObject

    if sys.modules[_UNUSED_LOGIN.__name__] is _UNUSED_LOGIN:
        del sys.modules[_UNUSED_LOGIN.__name__]


def _keep_connection(self: Any, obj_id: int, **_: Any) -> None:
    self.id, self._data = obj_id, None


BaseObject.__init__ = _keep_connection


class FuelConnection(APIClient):  # type: ignore[misc]  # the package has no types
    """The requests of fuelclient, to one master as one account. The first one logs in.

    Raises as ``fuel_refusals.refusal``; Retryable when nothing answers in time.
    """

    def __init__(self, endpoint: FuelEndpoint) -> None:
        super().__init__(endpoint.host, endpoint.port)
        self.root = endpoint.root
        self.api_root = f"{self.root}/api/v1/"
        self.ostf_root = f"{self.root}/ostf/"
        secrets.register(endpoint.password)
        self._session = _Session(endpoint)

    def get_list(self, path: str) -> list[dict[str, Any]]:
        """Return the rows below a path that Nailgun may answer with as Python instead of JSON.

        Fuel 10.0 does so for the links of a plugin.
        """
        response = self.get_request_raw(path)
        if response.status_code >= 300:
            raise refusal(response, root=self.root)
        try:
            return list(response.json())
        except ValueError:
            pass
        try:
            return list(ast.literal_eval(response.text))
        except (ValueError, SyntaxError):
            raise not_fuel(self.root) from None

    def accounts(self) -> list[dict[str, Any]] | None:
        """Return all accounts of the master's Keystone; None where it does not list all of them.

        Only v3 lists them at the address that the master passes on to Keystone.
        """
        response = self._session.get(f"{self.root}/keystone/v3/users")
        if response.status_code >= 500:
            raise refusal(response, root=self.root)
        if response.status_code != 200 or not _is_json(response):
            return None
        body = response.json()
        is_cut = body.get("truncated") or (body.get("links") or {}).get("next")
        return None if is_cut else body.get("users")

    def _raise_for_status_with_info(self, response: requests.Response) -> None:
        """Check an answer before fuelclient reads it."""
        if response.status_code >= 300:
            raise refusal(response, root=self.root)
        if response.content and not _is_json(response):
            raise not_fuel(self.root)


class _Login:
    """Gets tokens from the Keystone that the master serves beside its API."""

    def __init__(self, endpoint: FuelEndpoint) -> None:
        self.root = endpoint.root
        self.username = endpoint.username
        self._session = KeystoneSession(
            verify=endpoint.verify, timeout=endpoint.answer_seconds, redirect=False
        )
        self._plugins = [
            identity.V2Password(
                f"{self.root}/keystone/v2.0",
                username=endpoint.username,
                password=endpoint.password,
                tenant_name=endpoint.tenant,
            ),
            identity.V3Password(
                f"{self.root}/keystone/v3",
                username=endpoint.username,
                password=endpoint.password,
                user_domain_id="default",
                project_name=endpoint.tenant,
                project_domain_id="default",
            ),
        ]

    def token(self) -> str:
        """Return a new token, by v2.0 where the master still has it, else by v3."""
        while True:
            try:
                token = str(self._plugins[0].get_auth_ref(self._session).auth_token)
            except (auth_errors.NotFound, auth_errors.Gone) as error:
                if len(self._plugins) == 1:
                    raise self._unusable(error) from None
                del self._plugins[0]
            except (auth_errors.Unauthorized, auth_errors.Forbidden):
                raise NeedsOperator(
                    f"Fuel at {self.root} refused the password of {self.username}.",
                    fix="Correct the username and the password below fuel in the configuration.",
                ) from None
            except (auth_errors.ConnectFailure, auth_errors.HttpServerError) as error:
                raise Retryable(
                    f"The Keystone of Fuel at {self.root} does not answer: {cause_of(error)}.",
                    fix="Check whether Keystone runs on the Fuel master.",
                ) from None
            except auth_errors.ClientException as error:
                raise self._unusable(error) from None
            else:
                secrets.register(token)
                return token

    def _unusable(self, error: Exception) -> NeedsOperator:
        return NeedsOperator(
            f"The login of Fuel at {self.root} cannot be used: {cause_of(error)}.",
            fix="Check whether this is the address of a Fuel master.",
        )


class _Session(requests.Session):
    """Bounds each request in time and renews the token when Fuel says 401."""

    def __init__(self, endpoint: FuelEndpoint) -> None:
        super().__init__()
        self.headers.update({"Content-Type": "application/json", "Accept": "application/json"})
        self._root = endpoint.root
        self._login = _Login(endpoint)
        self._bounds: dict[str, Any] = {
            "timeout": (endpoint.connect_seconds, endpoint.answer_seconds),
            # Given with each request, else REQUESTS_CA_BUNDLE would overrule False.
            "verify": endpoint.verify,
            # A master with TLS sends http away to https; a POST would get there as a GET.
            "allow_redirects": False,
        }

    def request(self, *arguments: Any, **options: Any) -> requests.Response:
        response = self._send(*arguments, **options)
        if response.status_code == 401:
            self.headers["X-Auth-Token"] = self._login.token()
            response = self._send(*arguments, **options)
        return response

    def _send(self, method: str, url: str, **options: Any) -> requests.Response:
        try:
            return super().request(method, url, **{**options, **self._bounds})
        except requests.exceptions.SSLError as error:
            raise NeedsOperator(
                f"The certificate of Fuel at {self._root} is not trusted: {cause_of(error)}.",
                fix="Give the CA certificate of the Fuel master in the configuration.",
            ) from None
        except requests.exceptions.ReadTimeout:
            raise self._silence(method, url) from None
        except requests.RequestException as error:
            raise Retryable(
                f"Fuel at {self._root} cannot be reached: {cause_of(error)}.",
                fix="Check the address, and that the Fuel master runs and is reached from here.",
            ) from None

    def _silence(self, method: str, url: str) -> Retryable:
        seconds = self._bounds["timeout"][1]
        path = url.removeprefix(self._root).partition("?")[0]
        return Retryable(
            f"Fuel at {self._root} did not answer {method} {path} within {seconds:g} s.",
            fix="Check whether Nailgun runs on the Fuel master."
            if method == "GET"
            else "Check Fuel's tasks first: it may have accepted the request anyway.",
        )


def _is_json(response: requests.Response) -> bool:
    try:
        response.json()
    except ValueError:
        return False
    return True
