"""Verbs on pages: which a page offers, and what the address behind each button does."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods

from dashboard.errors import PumphouseError
from dashboard.jobs.confirmation import require_confirmation
from dashboard.jobs.models import Job
from dashboard.jobs.option_forms import OptionForm, posted_values
from dashboard.jobs.requester import on_page
from dashboard.jobs.roles import has_permission
from dashboard.jobs.starting import conflict_over, conflict_with
from dashboard.jobs.verb import Verb
from dashboard.jobs.views.pages import (
    HasPage,
    PageRequest,
    allowed_to,
    show_error,
    start_and_redirect,
)

Row = TypeVar("Row", bound=HasPage)
TOUCHED_SHOWN = 300
"""How many of the touched objects a confirmation lists; it counts all."""


@dataclass(frozen=True, kw_only=True)
class AvailableAction(Generic[Row]):
    """A verb on the page of a row; without a refusal it can be done now."""

    verb: Verb[Row]
    row: Row
    refusal: PumphouseError | None
    is_next: bool

    @property
    def address(self) -> str:
        """The address that its button goes to."""
        return f"{self.row.get_absolute_url()}{self.verb.page_path}/"

    @property
    def form(self) -> OptionForm:
        """The fields of its options."""
        return OptionForm(self.verb.name, self.verb.options, self.row)


def available_actions(
    verbs: Iterable[Verb[Row]],
    row: Row,
    user: User,
    *,
    active: Job | None,
    beside: Mapping[str, Job] | None = None,
) -> list[AvailableAction[Row]]:
    """Return those of the verbs that a user may use and that apply to the row.

    ``active`` is the active job of the row's own subject, which is that of most of its verbs;
    ``beside`` are those of the subjects that verbs have of their own, asked for where it is None.
    """

    at_work = conflict_with(active)

    def conflict(verb: Verb[Row]) -> PumphouseError | None:
        if not verb.has_own_subject:
            return at_work
        subject = verb.subject(row)
        return conflict_over(subject) if beside is None else conflict_with(beside.get(subject))

    return [
        _action(verb, row, conflict(verb) or verb.refusal(row))
        for verb in verbs
        if has_permission(user, verb.permission) and verb.applies_to(row)
    ]


def _action(verb: Verb[Row], row: Row, refusal: PumphouseError | None) -> AvailableAction[Row]:
    is_next = not refusal and verb.is_next(row)
    return AvailableAction(verb=verb, row=row, refusal=refusal, is_next=is_next)


def verb_paths(
    prefix: str, verbs: Iterable[Verb[Row]], find: Callable[..., Row], *, kind: str
) -> list[URLPattern]:
    """Return the address of each verb, below the page of its row; named ``plan-execute``.

    ``find`` returns the row from what the prefix captures, ``kind`` is what rows are called.
    """
    return [
        path(f"{prefix}{verb.page_path}/", verb_view(verb, find, kind), name=f"{kind}-{verb.path}")
        for verb in verbs
    ]


def verb_view(verb: Verb[Row], find: Callable[..., Row], kind: str) -> Callable[..., HttpResponse]:
    """Return the view behind a verb's button: it starts a job and goes to its page.

    A verb that wants a confirmation has a page of its own, which lists what it touches.
    """

    @require_http_methods(["GET", "POST"] if verb.typed_on_pages else ["POST"])
    @allowed_to(verb.permission)
    def view(request: PageRequest, /, **named: Any) -> HttpResponse:
        row = find(**named)
        if verb.typed_on_pages:
            return _confirmed(verb, request, row, kind)
        return start_and_redirect(request, lambda: _done(verb, request, row), otherwise=row)

    return view


def _done(verb: Verb[Row], request: PageRequest, row: Row) -> HasPage:
    """Do it, and return whose page is shown then."""
    job = _start(verb, request, row)
    return job if verb.shows_job else row


def _start(verb: Verb[Row], request: PageRequest, row: Row) -> Job:
    typed = request.POST.get("confirmation", "")
    if verb.page_confirmation:
        require_confirmation(typed, expected=verb.to_type(row))
    return verb.start(
        row,
        requester=on_page(request.user),
        confirmation=typed,
        **posted_values(verb.options, request.POST),
    )


def _given(verb: Verb[Row], request: PageRequest) -> dict[str, Any]:
    """Return what the form was filled in with, to be shown again beside an error."""
    names = [option.name for option in verb.options]
    return {name: request.POST[name] for name in names if name in request.POST}


def _confirmed(verb: Verb[Row], request: PageRequest, row: Row, kind: str) -> HttpResponse:
    """Show what will be touched; start the job once the right name was typed, else say why not."""
    if request.method == "POST":
        try:
            return redirect(_done(verb, request, row))
        except PumphouseError as error:
            show_error(request, error)
    touched = verb.touched(row)
    about = {
        "row": row,
        "verb": verb,
        "name": verb.to_type(row),
        "warning": verb.warning(row),
        "refusal": verb.why_not(row),
        "touched": touched[:TOUCHED_SHOWN],
        "touched_count": len(touched),
        "touched_more": max(0, len(touched) - TOUCHED_SHOWN),
        "form": OptionForm(verb.name, verb.options, row, initial=_given(verb, request)),
        "section": f"{kind}s",
    }
    status = 400 if request.method == "POST" else 200
    return render(request, "verbs/confirm.html", about, status=status)
