"""A login by password with whichever version of Keystone's API answers."""

from keystoneauth1 import access
from keystoneauth1 import exceptions as auth_errors
from keystoneauth1.identity import v2
from keystoneauth1.identity.generic import Password
from keystoneauth1.session import Session
from typing_extensions import override

_DEFAULT_DOMAINS = (None, "default", "Default")


class EitherVersion(Password):  # type: ignore[misc]
    """Logs in by version 3, and by 2.0 where Keystone speaks no other.

    Keystone is asked for its versions only after it has refused version 3. Version 2.0 has no
    domains: a login that names another one than the default, or is for none of its projects, stays
    refused.
    """

    speaks_only_v2 = False
    """Whether the login was by version 2.0."""

    @override
    def get_auth_ref(self, session: Session) -> access.AccessInfo:
        try:
            return super().get_auth_ref(session)
        except (auth_errors.NotFound, auth_errors.DiscoveryFailure) as error:
            if isinstance(error.__context__, auth_errors.ConnectFailure):
                raise
            if not self._can_be_v2 or not _has_only_v2(self, session):
                raise
        self.speaks_only_v2 = True
        self._plugin = v2.Password(
            auth_url=f"{_root(self.auth_url)}/v2.0",
            username=self._username,
            user_id=self._user_id,
            password=self._password or "",
            tenant_id=self._project_id,
            tenant_name=self._project_name,
            trust_id=self._trust_id,
        )
        return self._plugin.get_auth_ref(session)

    @property
    def _can_be_v2(self) -> bool:
        domains = (
            *(self._user_domain_id, self._user_domain_name),
            *(self._project_domain_id, self._project_domain_name),
            *(self._default_domain_id, self._default_domain_name),
        )
        is_elsewhere = self._domain_id or self._domain_name or self._system_scope
        return not is_elsewhere and all(each in _DEFAULT_DOMAINS for each in domains)


def _has_only_v2(login: EitherVersion, session: Session) -> bool:
    try:
        found = login.get_discovery(session, _root(login.auth_url), authenticated=False)
    except auth_errors.ClientException:
        return False
    majors = {data["version"][0] for data in found.version_data()}
    return 2 in majors and 3 not in majors


def _root(url: str) -> str:
    """Return Keystone's address without a version."""
    return url.rstrip("/").removesuffix("/v3").removesuffix("/v2.0")
