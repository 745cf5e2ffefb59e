"""Hosts, host actions and their plans as the API shows them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from dashboard.api.validation import RequestBody
from dashboard.hosts_app.maintenance import OFF, ON
from dashboard.hosts_app.models import Host, HostPlan
from dashboard.hosts_app.plans.host_action import HostAction, all_host_actions
from dashboard.jobs.roles import minimum_role

OptionValues = {
    "type": "object",
    "additionalProperties": {
        "oneOf": [{"type": "boolean"}, {"type": "integer"}, {"type": "string"}]
    },
}


class HostSerializer(serializers.ModelSerializer[Host]):
    """A compute host as it was last read; ``servers`` counts them by status."""

    cloud = serializers.SlugRelatedField(slug_field="name", read_only=True)  # type: ignore[var-annotated]
    servers = serializers.DictField(child=serializers.IntegerField(), read_only=True)

    class Meta:
        model = Host
        exclude = ("id",)


class OptionSerializer(serializers.Serializer[Any]):
    """A choice that an action offers."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    default = serializers.JSONField()
    help = serializers.CharField()


class HostActionSerializer(serializers.Serializer[Any]):
    """Something that can be done to a host, and the role that starting it needs."""

    name = serializers.CharField()
    title = serializers.CharField()
    help = serializers.CharField()
    role = serializers.SerializerMethodField()
    options = OptionSerializer(many=True)

    def get_role(self, action: HostAction) -> str:
        """Return the lowest role that may start it."""
        return minimum_role(action.permission).group


class HostPlanLineSerializer(serializers.Serializer[Any]):
    """One affected thing: its state, what happens to it and why, and where it can go."""

    number = serializers.IntegerField()
    subject = serializers.CharField()
    state = serializers.CharField()
    outcome = serializers.CharField()
    why = serializers.CharField()
    where = serializers.CharField()


class RefusalSerializer(serializers.Serializer[Any]):
    """Something that stands in the way, and how to fix it."""

    sentence = serializers.CharField()
    fix = serializers.CharField()


class HostPlanSerializer(serializers.ModelSerializer[HostPlan]):
    """A plan of a host action. ``to_type`` is what confirms it."""

    cloud = serializers.SlugRelatedField(slug_field="name", read_only=True)  # type: ignore[var-annotated]
    options = serializers.SerializerMethodField()
    lines = HostPlanLineSerializer(many=True)
    refusals = RefusalSerializer(many=True)
    notes = serializers.ListField(child=serializers.CharField())
    to_type = serializers.SerializerMethodField()

    class Meta:
        model = HostPlan
        fields = (
            "id",
            "cloud",
            "host",
            "action",
            "options",
            "state",
            "lines",
            "refusals",
            "notes",
            "to_type",
            "plan_job",
            "job",
            "created_at",
        )

    @extend_schema_field(OptionValues)
    def get_options(self, plan: HostPlan) -> dict[str, Any]:
        """Return the options by name."""
        return dict(plan.options)

    def get_to_type(self, plan: HostPlan) -> str:
        """Return the confirmation to send, "" before the plan is ready."""
        action = all_host_actions().get(plan.action)
        return action.to_type(plan) if action and plan.state == HostPlan.State.READY else ""


class HostPlanRequestSerializer(RequestBody):
    """The host action to plan, and the options that differ from their defaults."""

    action = serializers.CharField()
    options = serializers.DictField(required=False, default=dict)


class HostMaintenanceSerializer(RequestBody):
    """Whether to close the host to new servers (on) or to open it again (off)."""

    to = serializers.ChoiceField(choices=[ON, OFF])
