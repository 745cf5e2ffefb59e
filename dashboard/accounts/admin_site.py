"""The site of the Django admin: it shows only what was made for it.

Libraries register their models by themselves, and some can be written: a row of django-q's
schedules names a function that the workers call, so that who may add one runs commands here.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.db.models import Model
from typing_extensions import override

from dashboard.jobs.read_only_admin import ReadOnlyAdmin

WRITABLE = ("auth.User", "auth.Group")
"""The only rows that can be added and changed: who may log in, and with which role."""


class Site(AdminSite):
    """Leaves out what is neither read-only by our own class nor in ``WRITABLE``."""

    site_header = site_title = "Pumphouse"

    @override
    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: "type[ModelAdmin[Any]] | None" = None,
        **options: Any,
    ) -> None:
        models = model_or_iterable
        given = [models] if isinstance(models, type) else list(models)
        read_only = admin_class is not None and issubclass(admin_class, ReadOnlyAdmin)
        shown = [model for model in given if read_only or model._meta.label in WRITABLE]
        super().register(shown, admin_class, **options)
