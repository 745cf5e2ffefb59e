"""Mappings that are kept by a name for later plans."""

from django.conf import settings
from django.db import models


class SavedMappings(models.Model):
    """A named set of mappings and options that later plans take."""

    name = models.CharField(max_length=80, unique=True)
    choices = models.JSONField(default=dict, blank=True)
    options = models.JSONField(default=dict, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        verbose_name = "saved mappings"
        verbose_name_plural = "saved mappings"

    def __str__(self) -> str:
        return self.name
