"""What a session on a cloud is made with: its connections and its login."""

from typing import Any

import requests
from keystoneauth1 import exceptions as auth_errors
from keystoneauth1 import loading
from keystoneauth1.session import TCPKeepAliveAdapter

from dashboard.clients.cloud_access import CloudAccess
from dashboard.clients.connection_errors import cause_of
from dashboard.clients.legacy.keystone_login import EitherVersion
from dashboard.errors import BadInput

CONNECTIONS = 64


def pooled_http() -> requests.Session:
    """Return a pool of connections for as many threads as a worker may have."""
    http = requests.Session()
    # else requests looks for a ~/.netrc each time, and sends the cloud what it says of that host
    http.auth = _without_netrc
    for scheme in ("http://", "https://"):
        http.mount(scheme, TCPKeepAliveAdapter(pool_maxsize=CONNECTIONS))
    return http


def _without_netrc(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def auth_plugin(access: CloudAccess) -> Any:
    """Return the login of a cloud. Raises ``BadInput`` for one that cannot be used.

    A password logs in with whichever version of Keystone's API there is.
    """
    try:
        loader = loading.get_plugin_loader(access.auth_type)
        plugin = loader.load_from_options(**access.auth)
        return EitherVersion(**access.auth) if access.auth_type == "password" else plugin
    except (TypeError, auth_errors.ClientException) as error:
        raise BadInput(
            f"The login of cloud {access.name} cannot be used: {cause_of(error)}.",
            fix="Correct its auth_type and the keys beside it in the configuration.",
        ) from None
