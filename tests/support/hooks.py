"""Jobs that call hooks, stand-ins for job controllers, and answers of webhooks."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.test import Client

from dashboard.clients.signatures import SIGNATURE, sign
from dashboard.hooks.models import HookCall
from dashboard.jobs.models import Job, Step
from dashboard.jobs.runner import run_job
from tests.support.rehearsal.jobs import rehearse, spec

FACTS = {"tenant": "shop", "tenant_id": "t1", "source": "old", "destination": "new"}
SECRET = "s3cret-of-the-hook"


def hook_job(name: str, moment: str = "before_tenant", **facts: str) -> Job:
    """Start a job whose one step calls a hook."""
    params = {"hook": name, "moment": moment, "about": "", "facts": {**FACTS, **facts}}
    return rehearse(spec("hook:1", "hook", params=params))


def run(job: Job) -> Step:
    """Run a job as far as it goes now, and return its step."""
    Step.objects.filter(job=job, state="pending").update(not_before=None)
    run_job(job.pk)
    return job.steps.get()


def call_of(job: Job) -> HookCall:
    """Return the last call of a job."""
    return HookCall.objects.filter(step__job=job).latest("created_at")


def answer(
    call: HookCall,
    result: str = "ok",
    *,
    secret: str = SECRET,
    at: int = 0,
    url: str = "",
    **content: Any,
) -> int:
    """Answer a call as a webhook does, by HTTP, and return the status of that."""
    body = json.dumps({"call": str(call.pk), "result": result, **content}).encode()
    signature = sign(body, secret=secret, at=at or int(time.time()))
    path = "/" + (url or call.answer_url).split("/", 3)[3]
    answered = Client().post(
        path, body, content_type="application/json", headers={SIGNATURE: signature}
    )
    return answered.status_code


@dataclass
class Controller:
    """A stand-in for AWX or Semaphore: it answers by paths, and keeps the jobs it was given."""

    address: str = ""
    jobs: list[dict[str, Any]] = field(default_factory=list)
    lose: int = 0
    """How many answers to orders are lost on their way back."""
    headers: list[str] = field(default_factory=list)
    good: str = "success"
    """Its state of a job that went well."""


Respond = Callable[[Controller, str, str, Mapping[str, Any]], Any]


def as_awx(awx: Controller, method: str, path: str, body: Mapping[str, Any]) -> Any:
    """Answer as AWX's version 2: variables come back as a text."""
    if path.endswith("/launch/") and method == "GET":
        return {"ask_variables_on_launch": True}
    if path.endswith("/launch/"):
        job = {
            "id": len(awx.jobs) + 1,
            "status": "pending",
            "extra_vars": json.dumps(body["extra_vars"]),
        }
        awx.jobs.append(job)
        return job
    if "/jobs/?" in path:
        return {"results": awx.jobs[::-1]}
    return awx.jobs[int(path.rstrip("/").rpartition("/")[2]) - 1]


def as_semaphore(semaphore: Controller, method: str, path: str, body: Mapping[str, Any]) -> Any:
    """Answer as Semaphore's API."""
    if method == "POST":
        task = {**body, "id": len(semaphore.jobs) + 1, "status": "waiting"}
        semaphore.jobs.append(task)
        return task
    if path.endswith("/last"):
        return semaphore.jobs[::-1]
    return semaphore.jobs[int(path.rpartition("/")[2]) - 1]


@contextmanager
def controller(respond: Respond) -> Iterator[Controller]:
    """Serve a job controller on loopback."""
    found = Controller()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.respond("GET")

        def do_POST(self) -> None:
            self.respond("POST")

        def respond(self, method: str) -> None:
            found.headers.append(self.headers["Authorization"])
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "{}")
            content = json.dumps(respond(found, method, self.path, body)).encode()
            if method == "POST" and found.lose:
                found.lose -= 1
                self.close_connection = True
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=[0.02])
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
