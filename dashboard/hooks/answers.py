"""Answers of webhooks: at the one-time address of a call, signed, and taken once."""

import json
import time
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.db.models import F
from django.http import HttpRequest, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from dashboard.clients.hooks.kinds.webhook import Webhook
from dashboard.clients.signatures import SIGNATURE, is_signed
from dashboard.errors import PumphouseError
from dashboard.hooks.calling import short
from dashboard.hooks.configured import hook_named
from dashboard.hooks.models import HookCall
from dashboard.jobs.log import write_log
from dashboard.jobs.models import LogLevel, Step
from dashboard.jobs.queue import enqueue
from dashboard.jobs.states import StepState

MOST_BYTES = 16 * 1024
RESULTS = ("ok", "failed")


@csrf_exempt
@login_not_required
@require_POST
def answer(request: HttpRequest, call_id: UUID, token: str) -> JsonResponse:
    """Take the answer of a webhook to its call.

    404 for an address that is not one, 403 without the right signature, 409 once it has an answer
    or its time is over: none of these changes how the call stands.
    """
    call = HookCall.objects.select_related("step").filter(pk=call_id).first()
    if call is None or not constant_time_compare(token, call.token):
        return _refused(404, "There is no such call.")
    size = request.headers.get("Content-Length", "")
    body = request.body if size.isdecimal() and int(size) <= MOST_BYTES else b""
    if not _is_genuine(call, body, request.headers.get(SIGNATURE, "")):
        _count_refusal(call)
        return _refused(403, "The signature is not that of the hook's secret.")
    content = _content(body)
    if content.get("call") != str(call.pk) or content.get("result") not in RESULTS:
        words = "Expected JSON with the id of the call, and ok or failed as the result."
        return _refused(400, words)
    if not _take(call, content):
        return _refused(409, "The call has its answer, or its time is over.")
    return JsonResponse({"taken": True})


def _refused(status: int, words: str) -> JsonResponse:
    return JsonResponse({"error": words}, status=status)


def _is_genuine(call: HookCall, body: bytes, signature: str) -> bool:
    try:
        kind = hook_named(call.hook).kind
        if not isinstance(kind, Webhook):
            return False
        return is_signed(body, signature, secret=kind.secret.value(), now=time.time())
    except PumphouseError:  # the configuration has changed
        return False


def _content(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _count_refusal(call: HookCall) -> None:
    """Count it; the job's log has the first alone, since anybody may send thousands."""
    mine = HookCall.objects.filter(pk=call.pk)
    if mine.filter(refused=0).update(refused=1):
        words = f"{call.step.title}: refused an answer with a wrong signature."
        write_log(call.step.job_id, words, level=LogLevel.WARNING, step=call.step)
    else:
        mine.update(refused=F("refused") + 1)


def _take(call: HookCall, content: dict[str, Any]) -> bool:
    """Store the answer if the call has none yet, and have its step go on."""
    waiting = HookCall.objects.filter(pk=call.pk, answer="", state__in=HookCall.OPEN)
    message = short(str(content.get("message") or ""))
    if not waiting.update(answer=content["result"], message=message):
        return False
    pending = Step.objects.filter(pk=call.step_id, state=StepState.PENDING)
    if pending.update(not_before=None):
        enqueue(call.step.job_id)
    return True
