"""What the plugin's scripts do to a Fuel master; Docker, systemd and iptables are stand-ins."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from fuel_plugin.build import ROOT
from tests.support.plugin_master import PluginMaster

SETTINGS = "etc/pumphouse/pumphouse.env"
UNIT = "etc/systemd/system/pumphouse.service"
DATABASE = "var/lib/pumphouse/pumphouse.sqlite3"
SCRIPTS = "/var/www/nailgun/plugins/pumphouse-1.0/deployment_scripts/master"
RULE = "-s 0.0.0.0/0 -p tcp -m tcp --dport 8444 -m comment --comment pumphouse -j ACCEPT"
OWNER = 42480


def can_enter_a_root() -> bool:
    command = ["unshare", "--mount", "true"]
    return os.geteuid() == 0 and subprocess.run(command, check=False).returncode == 0


pytestmark = pytest.mark.skipif(
    not can_enter_a_root(), reason="only root can make the mounts of a stand-in for a Fuel master"
)


@pytest.fixture
def master(tmp_path: Path) -> PluginMaster:
    return PluginMaster(tmp_path / "master")


def install(master: PluginMaster, version: str = "1.0.0") -> None:
    done = master.run_hook("post_install.sh", master.install_files(version))
    assert done.returncode == 0, done.stderr


def settings_of(master: PluginMaster) -> dict[str, str]:
    lines = [line for line in master.read(SETTINGS).splitlines() if not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def owner_and_mode(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_uid, stat.S_IMODE(found.st_mode)


def test_installation_loads_the_image_and_starts_the_service(master):
    install(master)
    assert master.read("loaded") == "an image"
    assert master.calls("systemctl") == [
        "stop pumphouse",
        "daemon-reload",
        "enable pumphouse",
        "start pumphouse",
    ]


def test_the_settings_name_the_addresses_of_the_master(master):
    install(master)
    settings = settings_of(master)
    assert settings["PUMPHOUSE_URL"] == "https://10.20.0.2:8444/"
    hosts = "localhost,127.0.0.1,fuel.domain.tld,fuel,10.20.0.2,172.16.0.2"
    assert settings["PUMPHOUSE_HOSTS"] == hosts


def test_the_service_runs_the_image_of_its_version_and_not_as_root_of_the_machine(master):
    install(master)
    unit = master.read(UNIT)
    assert "@" not in unit
    assert "pumphouse:1.0.0\n" in unit
    assert "--cap-drop ALL" in unit
    assert f"ExecStartPre=/bin/sh {SCRIPTS}/prepare_start.sh\n" in unit


def test_passwords_of_fuel_are_copied_into_no_setting_and_no_command(master):
    install(master)
    files = [path for path in master.path("etc").rglob("*") if path.is_file()]
    files += [master.path("calls"), *master.path("var").rglob("*.service")]
    with_password = [path.name for path in files if "a-password-of-fuel" in path.read_text()]
    assert with_password == ["astute.yaml"]


def test_the_container_may_read_its_key_and_nobody_else(master):
    install(master)
    assert owner_and_mode(master.path("etc/pumphouse/tls.key")) == (OWNER, 0o400)
    assert "BEGIN CERTIFICATE" in master.read("etc/pumphouse/tls.crt")


def test_the_certificate_of_fuels_own_pages_is_taken_where_there_is_one(master):
    for ending in ("crt", "key"):
        master.write(f"var/lib/fuel/keys/master/nginx/nginx.{ending}", f"the {ending} of Fuel")
    install(master)
    assert master.read("etc/pumphouse/tls.crt") == "the crt of Fuel"
    assert master.read("etc/pumphouse/tls.key") == "the key of Fuel"


def test_an_upgrade_keeps_settings_key_and_data(master):
    install(master)
    changed = master.read(SETTINGS).replace("0.0.0.0/0", "10.20.0.0/24")
    master.write(SETTINGS, changed)
    key = master.read("etc/pumphouse/tls.key")
    master.write(DATABASE, "rows")
    master.write("images", "pumphouse:1.0.0\npumphouse:1.0.1\n")
    install(master, "1.0.1")
    assert (master.read(SETTINGS), master.read("etc/pumphouse/tls.key")) == (changed, key)
    assert master.read(DATABASE) == "rows"
    assert "rmi pumphouse:1.0.0" in master.calls("docker")
    assert "rmi pumphouse:1.0.1" not in master.calls("docker")


def test_an_upgrade_first_copies_the_data_of_the_stopped_service(master):
    install(master)
    master.write(DATABASE, "rows")
    install(master, "1.0.1")
    copy = master.path("var/lib/pumphouse-backups/before-1.0.1.tar.gz")
    names = subprocess.run(["tar", "-tzf", copy], capture_output=True, text=True, check=True)
    assert "pumphouse/pumphouse.sqlite3" in names.stdout.split()
    assert owner_and_mode(copy) == (0, 0o600)


def test_without_docker_it_says_what_helps_and_changes_nothing(master):
    master.path("stand-ins/docker").unlink()
    if shutil.which("docker", path="/usr/sbin:/usr/bin"):
        pytest.skip("this machine has a Docker in /usr/bin, so it cannot be missing")
    done = master.run_hook("post_install.sh", master.install_files())
    assert done.returncode == 1
    assert "Docker is missing: run yum install docker" in done.stderr
    assert f"sh {SCRIPTS}/install.sh" in done.stderr
    assert not master.path(SETTINGS).exists()


def test_a_docker_that_cannot_read_the_image_is_refused(master):
    master.write("docker-version", "1.9.1")
    done = master.run_hook("post_install.sh", master.install_files())
    assert (done.returncode, "install 1.10 or newer" in done.stderr) == (1, True)


def test_a_machine_that_is_no_fuel_master_is_refused(master):
    master.write("etc/fuel/astute.yaml", "HOSTNAME: other\n")
    done = master.run_hook("post_install.sh", master.install_files())
    assert (done.returncode, master.path(UNIT).exists()) == (1, False)
    assert "does not have the master's address" in done.stderr


@pytest.mark.parametrize(
    ("docker", "option"),
    [
        ("1.10.3", "seccomp:unconfined"),
        ("1.13.1", "seccomp=unconfined"),
        ("17.03.2-ce", "seccomp=unconfined"),
        ("20.10.9", "seccomp=unconfined"),
        ("20.10.10", ""),
        ("28.2.2", ""),
    ],
)
def test_old_filters_of_system_calls_are_not_used(master, docker, option):
    master.write("docker-version", docker)
    install(master)
    found = [word for word in master.read(UNIT).split() if word.startswith("seccomp")]
    assert found == [option] * bool(option)


@pytest.mark.parametrize(("docker", "has_them"), [("1.10.3", False), ("1.11.2", True)])
def test_the_container_gets_no_privileges_and_no_end_of_processes(master, docker, has_them):
    master.write("docker-version", docker)
    install(master)
    unit = master.read(UNIT)
    assert ("--security-opt no-new-privileges" in unit) == has_them
    assert ("--pids-limit 4096" in unit) == has_them


@pytest.mark.parametrize("line", ["NoNewPrivileges=true", "ProtectSystem=full", "PrivateTmp=true"])
def test_the_service_can_change_little_of_the_machine(master, line):
    install(master)
    assert f"\n{line}\n" in master.read(UNIT)


def test_uninstallation_removes_the_service_and_keeps_the_data(master):
    install(master)
    master.write(DATABASE, "rows")
    done = master.run_hook("uninstall.sh", "pumphouse-1.0")
    assert done.returncode == 0, done.stderr
    assert master.calls("systemctl") == ["disable pumphouse", "stop pumphouse", "daemon-reload"]
    assert master.calls("docker") == ["rmi pumphouse:1.0.0"]
    assert not master.path(UNIT).exists()
    assert master.path(DATABASE).exists()
    assert master.path(SETTINGS).exists()


def test_removing_an_older_package_leaves_the_service_of_the_newer(master):
    install(master)
    install(master, "1.1.0")
    master.run_hook("uninstall.sh", "pumphouse-1.0")
    assert master.calls("systemctl") == []
    assert "pumphouse:1.1.0" in master.read(UNIT)


def test_before_each_start_fuels_settings_are_copied_for_the_container_alone(master):
    install(master)
    done = master.run(f"sh {SCRIPTS}/prepare_start.sh")
    assert done.returncode == 0, done.stderr
    assert master.read("run/pumphouse/astute.yaml") == master.read("etc/fuel/astute.yaml")
    assert owner_and_mode(master.path("run/pumphouse/astute.yaml")) == (OWNER, 0o400)
    assert master.calls("docker") == ["rm -f pumphouse"]


def test_the_port_is_opened_once_and_closed_again(master):
    install(master)
    for _ in range(2):
        master.run(f"sh {SCRIPTS}/firewall.sh open")
        assert master.read("chain-ext-filter-input").splitlines() == [RULE]
    master.run(f"sh {SCRIPTS}/firewall.sh close")
    assert master.read("chain-ext-filter-input") == ""


def test_the_chain_is_made_where_fuel_has_none_yet(master):
    install(master)
    master.path("chain-ext-filter-input").unlink()
    master.run(f"sh {SCRIPTS}/firewall.sh open")
    assert "-w -I INPUT -j ext-filter-input" in master.calls("iptables")
    assert master.read("chain-ext-filter-input").splitlines() == [RULE]


def test_only_those_are_let_in_whom_the_settings_name(master):
    install(master)
    master.write(SETTINGS, master.read(SETTINGS).replace("0.0.0.0/0", "10.20.0.0/24"))
    master.run(f"sh {SCRIPTS}/firewall.sh open")
    assert master.read("chain-ext-filter-input").startswith("-s 10.20.0.0/24 ")


def test_whoever_is_no_longer_named_is_let_in_no_longer(master):
    install(master)
    foreign = "-s 10.20.0.5 -p tcp -m tcp --dport 22 -m comment --comment of-fuel -j ACCEPT"
    master.write("chain-ext-filter-input", f"{foreign}\n")
    master.run(f"sh {SCRIPTS}/firewall.sh open")
    narrowed = master.read(SETTINGS).replace("0.0.0.0/0", "10.20.0.0/24").replace(":8444", ":8445")
    master.write(SETTINGS, narrowed)
    master.run(f"sh {SCRIPTS}/firewall.sh open")
    rule = RULE.replace("0.0.0.0/0", "10.20.0.0/24").replace("8444", "8445")
    assert master.read("chain-ext-filter-input").splitlines() == [foreign, rule]
    master.run(f"sh {SCRIPTS}/firewall.sh close")
    assert master.read("chain-ext-filter-input").splitlines() == [foreign]


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="shellcheck is not installed")
def test_shellcheck_finds_nothing():
    named = [*ROOT.glob("deployment_scripts/**/*.sh"), *ROOT.glob("fuel_plugin/*_image.sh")]
    pasted = [ROOT / "fuel_plugin" / name for name in ("post_install.sh", "uninstall.sh")]
    for options, scripts in ([], named), (["--shell=sh"], pasted):
        done = subprocess.run(["shellcheck", *options, *scripts], capture_output=True, check=False)
        assert done.returncode == 0, done.stdout.decode()
