"""The page of who did what, and its CSV file."""

import csv
from collections.abc import Iterator
from typing import cast

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dashboard.audit.models import Act
from dashboard.audit.trail import filtered, rows_of
from dashboard.jobs.roles import Action
from dashboard.jobs.views.pages import PageRequest, allowed_to, cut


class _Echo:
    """A file that returns what is written, for a writer of CSV that is streamed."""

    def write(self, line: str) -> str:
        """Return the line."""
        return line


@require_safe
@allowed_to(Action.AUDIT)
def act_list(request: PageRequest) -> HttpResponse:
    """Show all acts, the latest first, filtered by the query."""
    about = {
        "page": cut(filtered(request.GET.dict()).prefetch_related("jobs"), request),
        "origins": Act.Origin.choices,
        "results": Act.Result.choices,
        "section": "audit",
    }
    return render(request, "audit/list.html", about)


@require_safe
@allowed_to(Action.AUDIT)
def act_file(request: PageRequest) -> HttpResponse:
    """Return the acts that the query asks for as a CSV file."""
    headers = {"Content-Disposition": 'attachment; filename="pumphouse-acts.csv"'}
    lines = _lines(filtered(request.GET.dict()))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)
    return cast("HttpResponse", answer)  # decorators of views know no other kind


def _lines(acts: QuerySet[Act]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    for row in rows_of(acts):
        yield writer.writerow(row)
