"""The guide to the configuration says what the code does."""

import re
from pathlib import Path

from dashboard.clients.cloud_files import read_clouds, read_settings


def documented(kind):
    guide = Path(__file__).parents[2] / "docs" / "configuration.md"
    return re.findall(rf"```{kind}\n(.*?)```", guide.read_text(encoding="utf-8"), re.DOTALL)


def test_the_examples_of_the_guide_are_read_as_they_stand(write):
    openstack, secure, of_2015, flat, fuel = documented("yaml")
    write(secure, "secure.yaml")
    assert list(read_clouds(write(openstack, "clouds.yaml"))) == ["old", "new"]
    bundle = "/etc/ssl/certs/ca-certificates.crt"
    path = write(of_2015.replace(bundle, str(write("", "ca.pem"))))
    assert list(read_clouds(path)) == ["source", "destination"]
    assert read_settings(path).fuel.host == "192.0.2.1"
    assert list(read_clouds(write(flat))) == ["source", "destination"]
    assert read_settings(write(fuel)).fuel.tls


def test_the_guide_has_every_environment_variable_of_the_settings():
    root = Path(__file__).parents[2]
    settings = (root / "dashboard" / "settings.py").read_text(encoding="utf-8")
    guide = (root / "docs" / "configuration.md").read_text(encoding="utf-8")
    variables = set(re.findall(r'env(?:\.\w+)?\(\s*"(\w+)"', settings))
    assert variables
    assert {name for name in variables if f"| `{name}` |" not in guide} == set()
