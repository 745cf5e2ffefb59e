"""The OpenAPI schema and its Swagger page, which needs no network: its files come with us."""

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.contrib.auth.decorators import login_required
from django.utils.decorators import method_decorator
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from dashboard.api.permissions import RolePermission

# Swagger's page has a style element of its own. Its script comes from an address, not from the
# page, so that scripts stay as strict as everywhere.
POLICY = {
    "default-src": [SELF],
    "script-src": [SELF],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:"],
    "object-src": [NONE],
    "frame-ancestors": [NONE],
}


class SchemaView(SpectacularAPIView):
    """The schema, for those who may read."""

    permission_classes = [RolePermission]


@method_decorator([login_required, csp_replace(POLICY)], name="dispatch")
class DocumentationView(SpectacularSwaggerSplitView):
    """The page on which the API can be read and tried."""

    permission_classes = [RolePermission]
    url_name = "api:schema"
