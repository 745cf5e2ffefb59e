"""Which keys of a ``config.yaml`` of 2015 have no effect any more, and what to use instead."""

from collections.abc import Iterator, Mapping

from dashboard.clients.cloud_files_2015 import (
    CHECK_KEYS,
    CLOUD_NAMES,
    FAKE_KEY,
    FLASK_KEYS,
    PLUGIN_KEYS,
)
from dashboard.clients.yaml_sections import Section

IN_MEMORY = "there are no clouds in memory any more"
CHECKED_BY_VERIFY = "verify compares both sides"
INSTEAD: Mapping[str, str] = {
    "DEBUG": "set PUMPHOUSE_DEBUG",
    "LOGGING": "set PUMPHOUSE_LOG_LEVEL",
    **dict.fromkeys(("CLOUD_DRIVER", "IDENTITY_DRIVER", "CLOUD_SERVICE"), IN_MEMORY),
    "PARAMETERS": "each wait has a limit of its own",
    "PLUGINS.network": "the cloud itself is asked",
    "PLUGINS.provision_server": "disks are always copied",
    "PLUGINS.migrate_disk": "disks are always copied",
    "PLUGINS.assignment_parameters.disks": "the disks of a host stay as they were",
    "PLUGINS.post_mortem": "a failed step says what to do",
    FAKE_KEY: IN_MEMORY,
    "workloads": "setup takes the names of the tenants and the number of their servers",
    **dict.fromkeys(CHECK_KEYS, CHECKED_BY_VERIFY),
}
"""What there is in place of a key, in words; for others there is nothing."""
WORKLOADS = "workloads"
ACTING_WORKLOADS = "tenants"
ACTING_PLUGIN_KEYS = {"assignment", "assignment_parameters"}


def keys_without_effect(root: Section) -> list[str]:
    """Return the keys of the file that nothing acts on, by what there is instead of them."""
    by_reason: dict[str, list[str]] = {}
    for key, name in _found(root):
        by_reason.setdefault(INSTEAD.get(name, ""), []).append(key)
    return [
        ", ".join(keys) + (f" ({reason})" if reason else "") for reason, keys in by_reason.items()
    ]


def _found(root: Section) -> Iterator[tuple[str, str]]:
    """Yield each key as it is to be shown, and its name in ``INSTEAD``."""
    for key in root:
        if key != WORKLOADS and (key in INSTEAD or key in FLASK_KEYS):
            yield key, key
    plugins = root.optional_section("PLUGINS")
    for key in plugins or ():
        if key in PLUGIN_KEYS - ACTING_PLUGIN_KEYS:
            yield f"PLUGINS.{key}", f"PLUGINS.{key}"
    if plugins and "disks" in (plugins.optional_section("assignment_parameters") or ()):
        yield (key := "PLUGINS.assignment_parameters.disks"), key
    clouds = (root.optional_section("CLOUDS") if "CLOUDS" in root else root) or root
    for name in CLOUD_NAMES:
        if cloud := clouds.optional_section(name):
            yield from _found_in_cloud(cloud, name)


def _found_in_cloud(cloud: Section, name: str) -> Iterator[tuple[str, str]]:
    for key in cloud:
        if key in CHECK_KEYS or key == FAKE_KEY:
            yield f"{name}.{key}", key
    for key in cloud.optional_section(WORKLOADS) or ():
        if key != ACTING_WORKLOADS:
            yield f"{name}.{WORKLOADS}.{key}", WORKLOADS
