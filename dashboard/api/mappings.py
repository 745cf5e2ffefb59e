"""Saved mappings: the mappings and options of a plan, by a name, for later plans."""

from rest_framework import serializers
from rest_framework.mixins import DestroyModelMixin, ListModelMixin, RetrieveModelMixin
from rest_framework.viewsets import GenericViewSet

from dashboard.api.validation import RequestBody
from dashboard.jobs.roles import Action
from dashboard.migrations_app.models import SavedMappings
from dashboard.migrations_app.planning.saved import LONGEST_NAME


class SavedMappingsSerializer(serializers.ModelSerializer[SavedMappings]):
    """Saved mappings, as a new plan takes them by their name."""

    choices = serializers.DictField(child=serializers.CharField(), read_only=True)
    options = serializers.DictField(read_only=True)
    created_by = serializers.SlugRelatedField(  # type: ignore[var-annotated]
        slug_field="username", read_only=True, allow_null=True
    )

    class Meta:
        model = SavedMappings
        fields = ("id", "name", "choices", "options", "created_by", "created_at")


class SaveMappingsSerializer(RequestBody):
    """The name by which the mappings and options of a plan are saved."""

    name = serializers.CharField(
        max_length=LONGEST_NAME, help_text="Those of the same name are replaced."
    )


class SavedMappingsViewSet(
    ListModelMixin, RetrieveModelMixin, DestroyModelMixin, GenericViewSet[SavedMappings]
):
    """All saved mappings by their names. To delete some changes no plan that was made with them."""

    queryset = SavedMappings.objects.select_related("created_by")
    serializer_class = SavedMappingsSerializer
    filterset_fields = ("name",)
    action_permissions = {"destroy": Action.PLAN}
