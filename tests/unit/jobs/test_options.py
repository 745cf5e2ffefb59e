"""One option on every surface: what a form, a body, a flag and a text make of it is the same."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

import pytest
from django import forms
from django.forms import ChoiceField
from django.http import QueryDict
from django.utils import timezone
from rest_framework import serializers

from dashboard.api import option_fields as api
from dashboard.cli.option_arguments import add_options, given_options
from dashboard.errors import BadInput
from dashboard.jobs.option_forms import OptionForm, option_fields, posted_values
from dashboard.jobs.options import Option, chosen_values

FLAG = Option(name="skip_errors", label="Leave servers in ERROR alone", default=False)
SWITCH = Option(name="probe", label="Boot a small server", default=True)
NUMBER = Option(name="parallel", label="Servers at a time", default=4, least=1)
TEXT = Option(name="role", label="Read-only role", default="", metavar="NAME")
CHOICE = Option(
    name="capture", label="Capture", default="stop", choices={"stop": "Stop", "suspend": "Suspend"}
)
MAYBE = Option(name="hold_before", label="Hold", default="", choices={"cutover": "Cutover"})
TEXTS = Option(name="keep", label="Who keeps access", default=(), of=list, metavar="USER")
SEVERAL = Option(
    name="rungs", label="Also", default=(), of=list, choices={"lock": "Lock", "freeze": "Freeze"}
)
TIME = Option(name="hold_until", label="Until", default=None, of=datetime)
MOMENT = timezone.make_aware(datetime(2031, 1, 31, 22, 0))

# the option, what a form posts, what JSON has, what the command line has, and the value
GIVEN: list[tuple[Option, Any, Any, list[str], Any]] = [
    (FLAG, "on", True, ["--skip-errors"], True),
    (SWITCH, "", False, ["--no-probe"], False),
    (NUMBER, "7", 7, ["--parallel", "7"], 7),
    (TEXT, "reader", "reader", ["--role", "reader"], "reader"),
    (CHOICE, "suspend", "suspend", ["--capture", "suspend"], "suspend"),
    (MAYBE, "cutover", "cutover", ["--hold-before", "cutover"], "cutover"),
    (
        TEXTS,
        "carol, dave",
        ["carol", "dave"],
        ["--keep", "carol", "--keep", "dave"],
        ["carol", "dave"],
    ),
    (SEVERAL, ["freeze", "lock"], ["freeze", "lock"], ["--freeze", "--lock"], ["lock", "freeze"]),
    (TIME, "2031-01-31T22:00", "2031-01-31T22:00", ["--hold-until", "2031-01-31T22:00"], MOMENT),
]
NAMES = [option.name for option, *_ in GIVEN]


def by_form(option: Option, posted: dict[str, Any]) -> Any:
    form = forms.Form(posted)
    form.fields = option_fields([option])
    assert form.is_valid(), form.errors
    return option.clean(form.cleaned_data[option.name])


def by_api(option: Option, body: dict[str, Any]) -> Any:
    serializer = type("Body", (serializers.Serializer,), api.option_fields([option]))(data=body)
    serializer.is_valid(raise_exception=True)
    return option.clean(serializer.validated_data[option.name])


def by_command(option: Option, arguments: list[str]) -> Any:
    parser = ArgumentParser()
    add_options(parser, [option])
    return option.clean(given_options(parser.parse_args(arguments), [option]).get(option.name))


@pytest.mark.parametrize(("option", "posted", "body", "arguments", "value"), GIVEN, ids=NAMES)
def test_every_surface_makes_the_same_value(option, posted, body, arguments, value):
    assert by_form(option, {option.name: posted} if posted else {}) == value
    assert by_api(option, {option.name: body}) == value
    assert by_command(option, arguments) == value


@pytest.mark.parametrize("option", [each[0] for each in GIVEN], ids=NAMES)
def test_what_is_not_given_is_the_default(option):
    default = [] if option.value_type is list else option.default
    assert by_api(option, {}) == by_api(option, {option.name: None}) == default
    assert by_command(option, []) == default
    assert chosen_values([option], {}, of="Execute") == {option.name: default}


@pytest.mark.parametrize("option", [each[0] for each in GIVEN], ids=NAMES)
def test_a_form_that_is_sent_as_it_is_shown_has_the_defaults(option):
    form = OptionForm("verb", [option])
    shown = form[option.name].value()
    sent = QueryDict(mutable=True)
    if option.value_type is list and option.choices:
        sent.setlist(option.name, shown)
    elif shown not in (False, None):
        sent[option.name] = str(shown)
    assert option.clean(posted_values([option], sent)[option.name]) == option.clean(None)


@pytest.mark.parametrize(("option", "posted", "body", "arguments", "value"), GIVEN, ids=NAMES)
def test_what_a_page_sends_is_read_by_the_option_itself(option, posted, body, arguments, value):
    sent = QueryDict(mutable=True)
    if posted:
        sent.setlist(option.name, posted if isinstance(posted, list) else [posted])
    assert option.clean(posted_values([option], sent)[option.name]) == value


@pytest.mark.parametrize(
    ("option", "given", "expected"),
    [
        (FLAG, "yes", "skip_errors must be true or false, not 'yes'."),
        (NUMBER, 0, "parallel must be a number from 1 to 999999999, not 0."),
        (NUMBER, True, "parallel must be a number from 1 to 999999999, not True."),
        (TEXT, 5, "role must be a text, not 5."),
        (CHOICE, "x", "capture must be one of stop, suspend, not 'x'."),
        (TEXTS, "carol", "keep must be a list of texts, not 'carol'."),
        (TEXTS, [1], "keep must be a list of texts, not [1]."),
        (SEVERAL, ["lock", "bolt"], "rungs must be one of lock, freeze, not 'bolt'."),
        (TIME, "teatime", "hold_until must be a time as 2030-01-31T22:00, not 'teatime'."),
        (TIME, "2030-13-31T22:00", "not '2030-13-31T22:00'."),
    ],
)
def test_a_value_that_cannot_be_is_one_sentence(option, given, expected):
    with pytest.raises(BadInput) as refused:
        option.clean(given)
    assert expected in refused.value.sentence
    assert refused.value.fix


@pytest.mark.parametrize(
    ("option", "text", "value"),
    [
        (FLAG, "Yes", True),
        (SWITCH, "false", False),
        (NUMBER, "12", 12),
        (TEXTS, "carol, dave,", ["carol", "dave"]),
        (CHOICE, "suspend", "suspend"),
        (TIME, "2031-01-31T22:00", MOMENT),
    ],
)
def test_a_text_is_read_by_the_type_of_the_option(option, text, value):
    assert option.parse(text) == value


@pytest.mark.parametrize(("option", "text"), [(FLAG, "perhaps"), (NUMBER, "many"), (NUMBER, "-1")])
def test_a_text_that_means_nothing_is_refused(option, text):
    with pytest.raises(BadInput, match=f"{option.name} must be"):
        option.parse(text)


def test_an_option_that_there_is_not_is_refused_with_those_there_are():
    with pytest.raises(BadInput, match=r"Execute has no option 'hold'\. It has: capture, keep\."):
        chosen_values([CHOICE, TEXTS], {"hold": "x"}, of="Execute")


def test_a_page_offers_what_the_row_has():
    option = Option(name="to", label="To", default="", offered=lambda cloud: [f"{cloud}-2"])
    field = option_fields([option], "new")["to"]
    assert isinstance(field, ChoiceField)
    assert field.choices == [("", "—"), ("new-2", "new-2")]


def test_the_command_line_calls_a_value_as_the_option_does(capsys):
    parser = ArgumentParser()
    add_options(parser, [each[0] for each in GIVEN])
    shown = parser.format_help()
    for words in ("--keep USER", "--role NAME", "--hold-until TIME", "{stop,suspend}", "default 4"):
        assert words in shown
