"""What becomes of snapshots of volumes: the values of the plan's option, which types read too."""

SNAPSHOTS = "snapshots"
"""The name of the option."""

REPLAY, AS_VOLUMES, LEAVE = "replay", "volumes", "leave"
