"""The rows of stretched networks: each pair of gateway servers, and each part of it."""

from django.db import models


class Stretch(models.Model):
    """A network that a pair of gateway servers joins across both clouds, until it is parted."""

    class State(models.TextChoices):
        """How far it is."""

        JOINING = "joining", "Being joined"
        JOINED = "joined", "Joined"
        PARTING = "parting", "Being parted"
        PARTED = "parted", "Parted"

    OPEN = (State.JOINING, State.JOINED, State.PARTING)

    plan = models.ForeignKey("Plan", on_delete=models.CASCADE, related_name="stretches")
    # the network's id on the source, and its name
    network_id = models.CharField(max_length=64)
    network_name = models.CharField(max_length=255, blank=True)
    # the tunnel's VXLAN identifier
    number = models.PositiveIntegerField()
    # begins the names of all parts; nothing of others has it in its name
    marker = models.CharField(max_length=64)
    options = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State, default=State.JOINING)
    # side -> what its gateway was seen to be, one of the values of Health
    health = models.JSONField(default=dict, blank=True)
    # when the gateways were first seen not to join, null while they do
    broken_since = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        verbose_name = "stretched network"

    def __str__(self) -> str:
        return f"{self.network_name or self.network_id}: {self.get_state_display().lower()}"


class StretchPart(models.Model):
    """Something that a stretched network has in a cloud, written before it is made."""

    class Side(models.TextChoices):
        """In which cloud of the plan it is."""

        SOURCE = "source", "Source"
        DESTINATION = "destination", "Destination"

    class Role(models.TextChoices):
        """What it is, in the order in which the parts of a side are made."""

        GROUP = "group", "Security group"
        INNER = "inner", "Port on the network"
        OUTER = "outer", "Port to the outside"
        ADDRESS = "address", "Floating IP"
        SERVER = "server", "Gateway server"

    class State(models.TextChoices):
        """How far it is."""

        INTENDED = "intended", "Intended"
        PRESENT = "present", "Present"
        REMOVED = "removed", "Removed"

    stretch = models.ForeignKey(Stretch, on_delete=models.CASCADE, related_name="parts")
    side = models.CharField(max_length=12, choices=Side)
    role = models.CharField(max_length=8, choices=Role)
    resource_id = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.INTENDED)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["stretch", "side", "role"], name="one_part_of_a_role")
        ]
        verbose_name = "part of a stretched network"
        verbose_name_plural = "parts of stretched networks"

    def __str__(self) -> str:
        return f"{self.get_role_display()} of the {self.side}: {self.resource_id or '?'}"
