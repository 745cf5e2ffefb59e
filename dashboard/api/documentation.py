"""The OpenAPI schema and its Swagger page, whose files are served locally."""

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.contrib.auth.decorators import login_required
from django.utils.decorators import method_decorator
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from dashboard.api.permissions import RolePermission

# Swagger's page has an inline style element. Its script is loaded from a URL, so the policy for
# scripts stays as strict as on all other pages.
POLICY = {
    "default-src": [SELF],
    "script-src": [SELF],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:"],
    "object-src": [NONE],
    "frame-ancestors": [NONE],
}


class SchemaView(SpectacularAPIView):
    """The schema, for everybody who can read."""

    permission_classes = [RolePermission]


@method_decorator([login_required, csp_replace(POLICY)], name="dispatch")
class DocumentationView(SpectacularSwaggerSplitView):
    """The page to read about the API and try it."""

    # its template has no answer to OPTIONS
    http_method_names = ["get", "head"]

    permission_classes = [RolePermission]
    url_name = "api:schema"
