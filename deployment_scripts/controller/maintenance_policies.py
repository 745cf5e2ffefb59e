"""Installs or removes policies on a controller that deny a role all writing.

    python3 maintenance_policies.py install|remove [--role ROLE] [--etc FOLDER]

Fuel runs it on controllers, which may have Python 3.4. The plugin's build puts
``policy_overrides.py`` beside it. Services reload the files within seconds.
"""

import argparse
import configparser
import subprocess
import sys
from pathlib import Path

from policy_overrides import overrides, policy_file, read_policy, read_rules

SERVICES = ("nova", "neutron", "cinder", "glance")
CONFIGURATIONS = {"glance": "glance-api.conf"}
POLICY_FILES = ("policy.yaml", "policy.json")
GENERATOR = "oslopolicy-sample-generator"
ROLE = "pumphouse-maintenance"
FILE_NAME = "pumphouse-maintenance.json"


def main() -> "int":
    """Process each service on this controller and print the result. Return 1 if one failed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("action", choices=("install", "remove"))
    parser.add_argument("--role", default=ROLE)
    parser.add_argument("--etc", type=Path, default=Path("/etc"))
    options = parser.parse_args()
    folders = [options.etc / service for service in SERVICES]
    failures = 0
    for folder in (folder for folder in folders if folder.is_dir()):
        try:
            done = install(folder, options.role) if options.action == "install" else remove(folder)
        except (OSError, ValueError) as error:
            failures += 1
            done = "Failed: {}".format(error)
        print("{}: {}".format(folder.name, done))
    return 1 if failures else 0


def install(folder: "Path", role: "str") -> "str":
    """Write the policies of the service configured in a directory. Return what was done."""
    own, sample = own_policy(folder), sample_of(folder.name)
    rules = read_rules(sample) if sample else read_policy(own)
    if not rules:
        raise ValueError("there is no policy file, and {} prints no rules.".format(GENERATOR))
    denied = overrides(rules, role, read_policy(own), enforces_new_defaults(folder))
    target = folder / "policy.d" / FILE_NAME
    if not target.parent.exists():
        target.parent.mkdir(mode=0o755)
    write_atomically(target, policy_file(denied))
    return "{} rules deny {}.".format(len(denied), role)


def remove(folder: "Path") -> "str":
    """Remove the policies. A service drops them at its next restart; until then they deny a role
    that nobody has."""
    target = folder / "policy.d" / FILE_NAME
    if not target.exists():
        return "No Pumphouse policies are installed."
    target.unlink()
    return "Removed the policies."


def own_policy(folder: "Path") -> "str":
    """Return the text of the service's policy file, "" if there is none."""
    for path in (folder / name for name in POLICY_FILES):
        if path.exists():
            with path.open(encoding="utf-8") as file:
                return file.read()
    return ""


def sample_of(service: "str") -> "str":
    """Return the default rules in the service's code, "" if it is too old to have them there."""
    try:
        command = [GENERATOR, "--namespace", service]
        return subprocess.check_output(command, stderr=subprocess.DEVNULL).decode("utf-8")
    except (OSError, subprocess.CalledProcessError):
        return ""


def enforces_new_defaults(folder: "Path") -> "bool":
    """Return whether the service's configuration enables the new defaults."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    path = folder / CONFIGURATIONS.get(folder.name, folder.name + ".conf")
    parser.read(str(path), encoding="utf-8")
    return parser.getboolean("oslo_policy", "enforce_new_defaults", fallback=False)


def write_atomically(path: "Path", text: "str") -> "None":
    """Write the file atomically: the service may read it at any moment."""
    new = path.with_name("." + path.name)
    with new.open("w", encoding="utf-8") as file:
        file.write(text)
    new.chmod(0o644)
    new.replace(path)


if __name__ == "__main__":
    sys.exit(main())
