"""A plan as a YAML file: exported, edited by a person, and imported as a new plan.

The options, the choice of each object and further mappings may be edited. All else is for
information: a file in which it differs from the plan is refused, with the line, so that nobody
thinks they have changed something that they have not.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from textwrap import indent
from typing import Any

import yaml

from dashboard.clients.yaml_sections import Section, section_of
from dashboard.errors import BadInput, WrongState
from dashboard.jobs.options import Option
from dashboard.migrations_app.models import Plan, PlanDifference, PlanFinding, PlanItem
from dashboard.migrations_app.planning.moves import Move, move_again
from dashboard.migrations_app.planning.options import PLAN_OPTIONS, options_of
from dashboard.migrations_app.resources.choices import LEAVE_OUT, choice_of
from dashboard.migrations_app.resources.registry import resource_type, resource_types
from dashboard.whole_numbers import whole_number

VERSION = 1
EDITABLE = frozenset({"options", "mappings", "choice"})
UNBOUNDED = 10**9
BREAKS = frozenset("\x85\u2028\u2029\ufeff")
LONGEST = 8 * 1024**2
"""The largest size of a file, in bytes: several thousand objects take a tenth of it."""

Document = dict[str, Any]

ABOUT = """\
{plan}, exported from Pumphouse.
To change the plan, edit the options, the choice of an object, or the mappings, and import the file:
that makes a new plan. A choice of '' leaves it to Pumphouse. All other lines are for information.
"""


@dataclass(frozen=True, kw_only=True)
class EditedPlan:
    """What a file asks for: the move of ``plan``, with other options and choices."""

    plan: Plan
    options: Mapping[str, Any]
    choices: Mapping[str, str]

    def move(self) -> Move:
        """Return the move that is to be planned. Raises ``NotFound`` without its tenant."""
        return move_again(self.plan, self.choices)


def export_plan(plan: Plan) -> str:
    """Return a plan as commented YAML. Raises ``WrongState`` while it is being drafted."""
    if plan.state == Plan.State.DRAFTING:
        raise WrongState(f"Plan {plan.pk} is still being drafted.", fix="Wait for its job to end.")
    document = _document(plan)
    objects = document.pop("objects")
    blocks = "".join(indent(block, "  ") for block in _type_blocks(objects))
    return f"{_remarks(plan)}{_dumped(document)}" + (
        f"objects:\n{blocks}" if blocks else "objects: {}\n"
    )


def text_of(content: bytes, *, name: str) -> str:
    """Return the text of an uploaded file. Raises ``BadInput`` if it is too long or not text."""
    if len(content) > LONGEST:
        raise BadInput(f"{name} is larger than {LONGEST >> 20} MiB.", fix="Use an exported file.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(f"{name} is not UTF-8 text.", fix="Save it as UTF-8.") from None


def read_edited(text: str, *, name: str) -> EditedPlan:
    """Read an edited file; errors call it ``name``.

    Raises ``BadInput`` with the line for what is not YAML, cannot be chosen or must not change.
    """
    root = section_of(text, name=name)
    if root.text("version") != str(VERSION):
        raise root.fault("Unknown version of the format.", key="version")
    plan = _exported_plan(root)
    document = _document(plan)
    _refuse_changes(root, document)
    options = _options(root.section("options"), plan)
    return EditedPlan(plan=plan, options=options, choices=_choices(root, document, plan))


def file_name_of(plan: Plan) -> str:
    """Return the file name of an exported plan."""
    return f"pumphouse-plan-{plan.pk}.yaml"


def _document(plan: Plan) -> Document:
    """Return the plan as it is written; ``_refuse_changes`` compares files with the same."""
    objects: dict[str, dict[str, Document]] = {}
    chosen: set[str] = set()
    for item in plan.items.defer("fields", "requires", "follows"):
        document = _object(item, plan)
        objects.setdefault(item.type, {})[item.source_id] = document
        chosen |= {*_names(item)}
    return {
        "version": VERSION,
        "plan": plan.pk,
        "source": plan.source.name,
        "destination": plan.destination.name,
        "tenant": plan.tenant_id,
        "tenant_name": plan.tenant_name,
        "options": options_of(plan),
        "mappings": {key: to for key, to in plan.choices.items() if key not in chosen},
        "objects": objects,
    }


def _object(item: PlanItem, plan: Plan) -> Document:
    lost = {loss["field"]: loss["reason"] for loss in item.losses if loss["field"]}
    reasons = [loss["reason"] for loss in item.losses if not loss["field"]]
    shown = {
        "name": item.name,
        "action": item.action,
        "becomes": item.destination_id,
        "because": " ".join(reasons),
        "lost": lost,
    }
    document = {key: value for key, value in shown.items() if value}
    document["choice"] = choice_of(plan.choices, item.type, item.source_id, item.name)
    return document


def _names(item: PlanItem) -> tuple[str, str]:
    """Return the names that a choice may use for an object, the stronger one first."""
    return f"{item.type}:{item.source_id}", f"{item.type}:{item.name}"


def _remarks(plan: Plan) -> str:
    lines = ABOUT.format(plan=plan).splitlines()
    blocks = plan.findings.filter(severity=PlanFinding.Severity.BLOCK)
    lines += [f"Blocked: {finding.sentence} {finding.fix}" for finding in blocks]
    lines += [_accepted_line(each) for each in plan.differences.exclude(acceptance=None)]
    # A line break in a name would end the remark.
    return "".join(f"# {' '.join(line.split())}\n" for line in lines)


def _accepted_line(difference: PlanDifference) -> str:
    accepted, name = difference.acceptance, difference.title
    if accepted is None:
        return ""
    return (
        f"Accepted by {accepted.accepted_by} on {accepted.accepted_at:%Y-%m-%d}: "
        f"{difference.type} {name}, {difference.field}: {accepted.reason}"
    )


def _type_blocks(objects: Mapping[str, Mapping[str, Document]]) -> Iterator[str]:
    for type_name, by_id in objects.items():
        yield f"# choice: {_remark(type_name)}\n"
        yield _dumped({type_name: by_id})


def _remark(type_name: str) -> str:
    """Return what can be chosen for objects of a type."""
    chosen = resource_type(type_name).choice
    if type_name == "project":
        return chosen
    return f"{chosen}; {LEAVE_OUT}, to leave it out" if chosen else f"{LEAVE_OUT}, to leave it out"


class _Dumper(yaml.SafeDumper):
    """Escapes characters that YAML reads as line breaks and that PyYAML does not escape."""

    def represent_text(self, text: str) -> yaml.ScalarNode:
        style = '"' if BREAKS & {*text} else None
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _Dumper.represent_text)


def _dumped(document: Mapping[str, Any]) -> str:
    text: str = yaml.dump(
        dict(document), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=UNBOUNDED
    )
    return text


def _exported_plan(root: Section) -> Plan:
    number = root.text("plan")
    plans = Plan.objects.select_related("source", "destination").exclude(state=Plan.State.DRAFTING)
    plan = plans.filter(pk=whole_number(number) or 0).first()
    if plan is None:
        raise root.fault(
            f"There is no plan {number[:20]} in this installation.",
            key="plan",
            fix="Import the file where it was exported, or plan the tenant here first.",
        )
    return plan


def _refuse_changes(section: Section, original: Mapping[str, Any]) -> None:
    """Raise ``BadInput`` for the first line that differs from the plan."""
    for key in section:
        if key not in original:
            raise _added(section, key)
    for key, value in original.items():
        if key in EDITABLE:
            continue
        if key not in section:
            fix = "Restore it, or export the plan again."
            raise section.fault(f"The key {key} is missing.", fix=fix)
        if isinstance(value, dict):
            _refuse_changes(section.section(key), value)
        elif section.text(key) != str(value):
            raise section.fault("This line cannot be edited.", key=key, fix=_way_to_change(key))


def _added(section: Section, key: str) -> BadInput:
    return section.fault(f"Unknown key {key}.", key=key, fix="Remove it.")


def _way_to_change(key: str) -> str:
    match key:
        case "action" | "becomes" | "name":
            return "Undo the change; edit the object's choice instead."
        case "source" | "destination" | "tenant" | "tenant_name":
            return "Undo the change; plan another move with pumphouse plan TENANT."
        case _:
            return "Undo the change, or export the plan again."


def _options(section: Section, plan: Plan) -> dict[str, Any]:
    """Return every option; those missing from the file keep the value they have in the plan."""
    section.only([option.name for option in PLAN_OPTIONS])
    planned = options_of(plan)
    return {option.name: _value(section, option, planned[option.name]) for option in PLAN_OPTIONS}


def _value(section: Section, option: Option, planned: Any) -> Any:
    is_list = option.value_type is list
    given = section.plain_list(option.name) if is_list else section.optional_text(option.name)
    if not given and not (is_list and option.name in section):
        return planned
    try:
        return option.clean(given) if is_list else option.parse(str(given))
    except BadInput as error:
        raise section.fault(error.sentence, key=option.name, fix=error.fix) from None


def _choices(root: Section, document: Document, plan: Plan) -> dict[str, str]:
    """Return mappings and choices, by object name, or by id where names are not unique.

    Raises ``BadInput`` for an object that is in both, or that offers no such choice.
    """
    choices = _mappings(root.optional_section("mappings"))
    fixed = {_names(item)[0] for item in plan.items.all() if not _accepts_choice(item)}
    for names, section in _chosen(root, document):
        if any(name in choices for name in names):
            sentence = "The mappings also have a choice for this object."
            raise section.fault(sentence, key="choice", fix="Remove one of the two.")
        if names[-1] in fixed and section.text("choice") != LEAVE_OUT:
            sentence = "This object offers no other choice than to leave it out."
            raise section.fault(sentence, key="choice", fix=f"Write {LEAVE_OUT} or ''.")
        choices[names[0]] = section.text("choice")
    return choices


def _accepts_choice(item: PlanItem) -> bool:
    return resource_type(item.type).accepts_choice(shared=item.shared)


def _mappings(section: Section | None) -> dict[str, str]:
    """Return the mappings that have a target."""
    if section is None:
        return {}
    for key in section:
        type_name, _, name = key.partition(":")
        if type_name not in resource_types() or not name:
            raise section.fault(
                "This does not name an object.", key=key, fix="Write it as TYPE:NAME."
            )
    return {key: text for key in section if (text := section.optional_text(key))}


def _chosen(root: Section, document: Document) -> Iterator[tuple[list[str], Section]]:
    """Yield the names of each object with a choice, the best one first, and its section."""
    for type_name, by_id in document["objects"].items():
        of_type = root.section("objects").section(type_name)
        counts = Counter(each.get("name") for each in by_id.values())
        for id_, each in by_id.items():
            section = of_type.section(id_)
            if section.optional_text("choice"):
                name = each.get("name")
                words = [name, id_] if name and counts[name] == 1 else [id_]
                yield [f"{type_name}:{word}" for word in words], section
