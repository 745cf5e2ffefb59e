"""Makes policies that deny a role all writing, from a service's own policies.

Plain Python 3.4 in one file that needs nothing else: controllers of old environments run it too.

A rule is read from what ``oslopolicy-sample-generator`` prints, which names the requests that each
rule is for, or from a policy.json or policy.yaml, where its name has to tell.
"""

import json
import re

READING_METHODS = ("GET", "HEAD")
READING_WORDS = {"get", "list", "show", "index", "detail", "view", "read", "search", "download"}
READING_WORDS |= {"discoverable", "all", "events", "limits", "used", "versions", "ips"}
READING_WORDS |= {"extended", "hide"}
WRITING_WORDS = ("create", "update", "delete", "add", "remove", "modify", "manage", "set")
BASE_RULES = ("default", "context_is_admin", "context_is_advsvc", "admin_api")
NOBODY = "!"
WIDTH = 70

_operation = re.compile(r"^# ([A-Z]+)  /")
_sample_rule = re.compile(r'^#"([^"]+)": "(.*)"$', re.MULTILINE)
_rule = re.compile(r"""^(["']?)([\w.:@-]+)\1\s*:\s*(["'])(.*)\3\s*$""")
_deprecation = re.compile(r'"([^"]+)":"([^"]*)"\s*has been deprecated since')
_successor = re.compile(r'in favor of\s*"([^"]+)":')
_reference = re.compile(r"\brule:([\w.:-]+)")


class Rule:
    """One rule. ``methods`` are those of its requests, [] where nothing tells them; ``deprecated``
    is the name and the check that a service honours beside it, None without any."""

    def __init__(self, name: "str", check: "str") -> "None":
        self.name = name
        self.check = check
        self.methods = []  # type: list[str]
        self.deprecated = None  # type: tuple[str, str] | None

    @property
    def writes(self) -> "bool":
        """Whether the rule is for a request that changes something."""
        if self.methods:
            return any(method not in READING_METHODS for method in self.methods)
        return not _reads_by_name(self.name)


def _reads_by_name(name: "str") -> "bool":
    """Return whether a rule's name is that of a look: ``get_port``, ``os-keypairs:index``."""
    words = [re.split(r"[_-]", part)[0] for part in (name, name.rpartition(":")[2])]
    words += [re.sub(r"^os-", "", part).partition("-")[0] for part in name.split(":")]
    return any(word in READING_WORDS for word in words)


def read_rules(text: "str") -> "dict[str, Rule]":
    """Read a sample, else a policy file. Raises ``ValueError`` that names the line."""
    if not _sample_rule.search(text):
        return read_policy(text)
    rules = {}  # type: dict[str, Rule]
    for block in re.split(r"\n\s*\n", text):
        lines = block.splitlines()
        found = _sample_rule.search(block)
        if found:
            rule = rules[found.group(1)] = Rule(found.group(1), found.group(2))
            rule.methods = [each.group(1) for each in map(_operation.match, lines) if each]
        elif lines and lines[0] == "# DEPRECATED":
            _note_deprecation(lines, rules)
    return rules


def read_policy(text: "str") -> "dict[str, Rule]":
    """Read a policy.json, or a policy.yaml with each rule in one line; what is commented out does
    not count. Raises ``ValueError`` that names the line."""
    if text.lstrip().startswith("{"):
        checks = json.loads(text)
    else:
        checks = dict(_one_rule(line) for line in text.splitlines() if _has_rule(line))
    return {name: Rule(name, _text(name, check)) for name, check in checks.items()}


def _has_rule(line: "str") -> "bool":
    return bool(line.strip()) and not line.startswith(("#", "---"))


def _one_rule(line: "str") -> "tuple[str, str]":
    found = _rule.match(line)
    if not found:
        raise ValueError("This is not a rule in one line: " + line.strip())
    return found.group(2), found.group(4)


def _text(name: "str", check: "object") -> "str":
    if not isinstance(check, str):
        raise ValueError("The rule " + name + " is not text.")
    return check


def _note_deprecation(lines: "list[str]", known: "dict[str, Rule]") -> "None":
    """Keep what a remark says about a rule, which it names."""
    text = _unwrapped(lines)
    found = _deprecation.search(text)
    successor = _successor.search(text)
    if found and successor and successor.group(1) in known:
        known[successor.group(1)].deprecated = (found.group(1), found.group(2))


def _unwrapped(lines: "list[str]") -> "str":
    """Undo the wrapping of a remark, which cuts at hyphens and cuts what is longer than a line."""
    text, previous = "", ""
    for line in lines:
        part = line[2:]
        word = text.rpartition(" ")[2] + part.partition(" ")[0]
        was_cut = len(previous) == WIDTH and len(word) > WIDTH - 2
        text += part if text.endswith("-") or was_cut else " " + part
        previous = line
    return text


def overrides(
    rules: "dict[str, Rule]",
    role: "str",
    own: "dict[str, Rule] | None" = None,
    new_defaults: "bool" = False,
) -> "dict[str, str]":
    """Return the rules that deny the role every request that is not a look, and nothing else.

    ``own`` is the policy file that the service has already: what it says stays. ``new_defaults``
    says that the service has ``[oslo_policy] enforce_new_defaults`` switched on. Raises
    ``ValueError`` for a rule that refers to one that is not there.
    """
    own = own or {}
    everything = dict(own)
    everything.update(rules)
    helpers = _helpers(everything)
    denied = {}
    for name in sorted(set(everything) - helpers):
        check = effective_check(everything[name], own, new_defaults)
        _require_known(name, check, everything)
        if everything[name].writes and check != NOBODY:
            denied[name] = _denied(check, role)
    return denied


def _helpers(rules: "dict[str, Rule]") -> "set[str]":
    """Return the rules that only other rules refer to: they are for no request of their own."""
    checks = [rule.check for rule in rules.values()]
    checks += [rule.deprecated[1] for rule in rules.values() if rule.deprecated]
    referred = {name for check in checks for name in _reference.findall(check)}
    tells_requests = any(rule.methods for rule in rules.values())
    return set(BASE_RULES) | {
        name
        for name, rule in rules.items()
        if not rule.methods
        and (name in referred or (tells_requests and _first_word(name) not in WRITING_WORDS))
    }


def _first_word(name: "str") -> "str":
    return re.split("[_:-]", name)[0]


def effective_check(rule: "Rule", own: "dict[str, Rule]", new_defaults: "bool") -> "str":
    """Return what a service really asks: its file's rule, else its default or the deprecated
    one."""
    if rule.name in own:
        return own[rule.name].check
    if rule.deprecated is None:
        return rule.check
    old_name, old_check = rule.deprecated
    if old_name in own:
        return own[old_name].check
    if new_defaults or old_check == rule.check:
        return rule.check
    # An empty check lets everybody pass.
    return "(" + rule.check + ") or (" + old_check + ")" if rule.check and old_check else ""


def _denied(check: "str", role: "str") -> "str":
    """Put the role first: some checks look for an object, and answer 404 where there is none."""
    return "not role:" + role + (" and (" + check + ")" if check not in ("", "@") else "")


def _require_known(name: "str", check: "str", rules: "dict[str, Rule]") -> "None":
    for reference in _reference.findall(check):
        if reference not in rules:
            raise ValueError(
                "The rule " + name + " refers to " + reference + ", which is not among them. Give "
                "all rules of the service, and its policy file."
            )


def policy_file(denied: "dict[str, str]") -> "str":
    """Return the text of a policy file: JSON, which every release reads."""
    return json.dumps(denied, indent=2, sort_keys=True) + "\n"
