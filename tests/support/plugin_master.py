"""A folder that stands for the root of a Fuel master, in which the plugin's scripts are run.

The programs are this machine's, or those below PUMPHOUSE_MASTER_USR, in a mount namespace of their
own. What would change a machine is replaced by stand-ins, which write down how they were called.
"""

import os
import shutil
import subprocess
from pathlib import Path

from fuel_plugin.build import ROOT

USR = os.environ.get("PUMPHOUSE_MASTER_USR", "/usr")
PLUGINS = "/var/www/nailgun/plugins"
ASTUTE = """\
"HOSTNAME": "fuel"
"ADMIN_NETWORK":
  "interface": "eth0"
  "ipaddress": "10.20.0.2"
"FUEL_ACCESS":
  "user": "admin"
  "password": "a-password-of-fuel"
"""
ENTER = """\
set -e
mount --bind "$USR" "$1/usr"
mount --rbind /dev "$1/dev"
exec chroot "$1" /usr/bin/env -i PATH=/stand-ins:/usr/sbin:/usr/bin sh -c "$2"
"""
RECORD = '#!/bin/sh\necho "$(basename "$0") $*" >>/calls\n'
STAND_INS = {
    "docker": """
case $1 in
    version) [ -e /docker-version ] && cat /docker-version ;;
    load) cat >/loaded ;;
    images) cat /images 2>/dev/null || true ;;
    rm) exit 1 ;;
esac
""",
    "systemctl": "[ ! -e /systemctl-fails ]\n",
    "hostname": """
case $1 in
    -I) echo "10.20.0.2 172.16.0.2 " ;;
    -f) echo fuel.domain.tld ;;
    -s) echo fuel ;;
esac
""",
    # A chain is a file of rules.
    "iptables": """
shift
case $1 in
    -n) test -e "/chain-$3" || exit 1
        sed 's,--comment \\([a-z-]*\\),/* \\1 */,' "/chain-$3" | grep -n "" | sed 's/:/   /' ;;
    -N) : >"/chain-$2" ;;
    -I) : ;;
    -A) shift; chain=$1; shift; echo "$*" >>"/chain-$chain" ;;
    -D) sed "${3}d" "/chain-$2" >/kept
        cp /kept "/chain-$2" ;;
esac
""",
}


class PluginMaster:
    """A Fuel master that has the plugin's files and runs nothing yet."""

    def __init__(self, root: Path, *, docker: str = "1.13.1") -> None:
        self.root = root
        for name in ("usr", "dev", "run", "tmp", "etc/fuel", "etc/ssl", "etc/systemd/system"):
            self.path(name).mkdir(parents=True)
        for name in ("bin", "sbin", "lib", "lib64"):
            self.path(name).symlink_to(f"usr/{name}")
        self.write("etc/fuel/astute.yaml", ASTUTE, mode=0o600)
        self.write("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n")
        self.write("etc/group", "root:x:0:\n")
        shutil.copy("/etc/ssl/openssl.cnf", self.path("etc/ssl"))
        for name, behaviour in STAND_INS.items():
            self.write(f"stand-ins/{name}", RECORD + behaviour, mode=0o755)
        self.write("docker-version", docker)
        self.write("chain-ext-filter-input", "")

    def path(self, name: str) -> Path:
        return self.root / name.lstrip("/")

    def write(self, name: str, text: str, *, mode: int = 0o644) -> None:
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)

    def read(self, name: str) -> str:
        return self.path(name).read_text()

    def install_files(self, version: str = "1.0.0") -> str:
        """Put the files of a version where its package does, and give the package's name."""
        package = f"pumphouse-{version.rpartition('.')[0]}"
        plugin = self.path(f"{PLUGINS}/{package}")
        shutil.copytree(
            ROOT / "deployment_scripts", plugin / "deployment_scripts", dirs_exist_ok=True
        )
        metadata = (ROOT / "metadata.yaml").read_text()
        (plugin / "metadata.yaml").write_text(metadata.replace("'1.0.0'", f"'{version}'"))
        (plugin / "image").mkdir(exist_ok=True)
        packed = subprocess.run(["gzip"], input=b"an image", stdout=subprocess.PIPE, check=True)
        (plugin / "image" / "pumphouse.tar.gz").write_bytes(packed.stdout)
        return package

    def run_hook(self, name: str, package: str) -> subprocess.CompletedProcess[str]:
        """Run ``post_install.sh`` or ``uninstall.sh`` as rpm does: pasted, with its macros."""
        return self.run((ROOT / "fuel_plugin" / name).read_text().replace("%{name}", package))

    def run(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run shell commands as root of this master."""
        self.path("calls").unlink(missing_ok=True)
        return subprocess.run(
            ["unshare", "--mount", "sh", "-c", ENTER, "sh", str(self.root), script],
            env={**os.environ, "USR": USR},
            capture_output=True,
            text=True,
            check=False,
        )

    def calls(self, program: str) -> list[str]:
        """Return how a stand-in was called by the last run, in order."""
        path = self.path("calls")
        lines = path.read_text().splitlines() if path.exists() else []
        return [line.partition(" ")[2] for line in lines if line.partition(" ")[0] == program]
