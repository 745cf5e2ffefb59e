"""What is wrong with a hook in the configuration is told with its place, without a secret."""

import pytest

from dashboard.clients.hooks.reading import hook_kinds, hooks_in
from dashboard.clients.yaml_sections import section_of
from dashboard.errors import BadInput

HOOK = "pumphouse:\n  hooks:\n    - {name: a, at: before_tenant, command: {run: [/bin/true]}}\n"


def read(text):
    return hooks_in(section_of(text, name="clouds.yaml"))


def test_all_kinds_are_found_by_their_files():
    assert {*hook_kinds()} == {"awx", "command", "http", "semaphore", "tcp", "webhook"}


def test_a_hook_is_limited_to_names_and_to_a_cloud():
    (hook,) = read(HOOK.replace("at:", "cloud: old, only: ['shop-*'], at:"))
    assert hook.concerns({"tenant": "shop-1", "source": "old"})
    assert not hook.concerns({"tenant": "wiki", "source": "old"})
    assert not hook.concerns({"tenant": "shop-1", "source": "new"})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HOOK.replace("before_tenant", "sometimes"), "line 3 (pumphouse.hooks[0].at)"),
        (HOOK.replace("command: {run: [/bin/true]}", "seconds: 5"), "names 0"),
        (HOOK.replace("run: [/bin/true]", "run: /bin/true"), "Expected a list"),
        (HOOK.replace("run: [/bin/true]", "run: [1]"), "Expected a list of texts"),
        (HOOK.replace("[/bin/true]}", "[/bin/true], once: yes, until_success: yes}"), "once"),
        (HOOK.replace("command: {run: [/bin/true]}", "tcp: {port: 22}"), "Only after_server"),
        (HOOK + HOOK.splitlines()[2] + "\n", "Two hooks are called a"),
        (HOOK.replace("hooks:", "hook:"), "Did you mean hooks?"),
        (
            HOOK.replace(
                "command: {run: [/bin/true]}", "webhook: {url: 'http://u:pw-1234@h/', secret: x}"
            ),
            "has no user in it",
        ),
    ],
)
def test_faults_are_told_with_their_place(text, told):
    with pytest.raises(BadInput) as fault:
        read(text)
    assert told in str(fault.value) and "clouds.yaml, line" in str(fault.value)
    assert "pw-1234" not in str(fault.value)
