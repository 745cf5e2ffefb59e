"""Commands on the machine of the worker."""

import os
from pathlib import Path
from typing import ClassVar, Self

from typing_extensions import override

from dashboard import secrets
from dashboard.clients.hooks.base import Call, HookKind
from dashboard.clients.hooks.keys import Secret, needed_texts
from dashboard.clients.short_process import Ended, run_for
from dashboard.clients.yaml_sections import Section
from dashboard.errors import NeedsOperator, Retryable

PASSED_ON = ("PATH", "HOME", "LANG", "TZ", "SSH_AUTH_SOCK")
LONGEST_LINE = 200


class Command(HookKind):
    """A list of arguments, run without a shell; what it is about is in its environment alone.

    Names of tenants and servers are other people's texts: among the arguments they could be read as
    options. ``once`` says that it must not run twice for one call; ``until_success`` that it is a
    check, which is run again until it succeeds.
    """

    name: ClassVar[str] = "command"
    seconds = 60

    def __init__(self, section: Section) -> None:
        self.arguments = needed_texts(section, "run")
        self.once = section.boolean("once", default=False)
        self.until_success = section.boolean("until_success", default=False)
        if self.once and self.until_success:
            raise section.fault("A command that runs once cannot be tried again.", key="once")
        self.environment = _texts_of(section.optional_section("environment"))
        files = _texts_of(section.optional_section("environment_files"))
        self._secrets = {name: Secret(path=Path(path)) for name, path in files.items()}

    @classmethod
    @override
    def read(cls, section: Section) -> Self:
        section.only({"run", "once", "until_success", "environment", "environment_files"})
        return cls(section)

    @override
    def start(self, call: Call) -> str:
        if not self.until_success:
            self._require_success(self._run(call), call)
        return ""

    @override
    def find(self, call: Call) -> str | None:
        if not self.once:
            return None
        raise NeedsOperator(
            f"It is not known whether {self.arguments[0]} ended: its worker died, or the job was "
            "cancelled, while it ran.",
            fix="Look whether it has done its work. If so, skip the step, else retry it.",
        )

    @override
    def is_over(self, call: Call, reference: str) -> bool:
        return not self.until_success or self._run(call).code == 0

    def _run(self, call: Call) -> Ended:
        environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        environment |= self.environment | call.as_environment()
        environment |= {name: secret.value() for name, secret in self._secrets.items()}
        try:
            return run_for(
                self.arguments,
                seconds=call.seconds,
                with_errors=True,
                environment=environment,
                check=call.check,
            )
        except OSError as error:
            raise NeedsOperator(
                f"The command {self.arguments[0]} cannot be started ({error.strerror}).",
                fix="Correct it, and allow the account of the workers to run it.",
            ) from None

    def _require_success(self, ended: Ended, call: Call) -> None:
        said = f"{(_last_line(ended.output) or 'it wrote nothing').rstrip('.')}."
        if ended.code is None:
            raise NeedsOperator(
                f"The command {self.arguments[0]} was not over after {call.seconds:.0f} s: {said}",
                fix="It was killed with all that it had started.",
            )
        if ended.code == os.EX_TEMPFAIL and not self.once:
            raise Retryable(f"The command {self.arguments[0]} asks to be run again: {said}")
        if ended.code:
            raise NeedsOperator(
                f"The command {self.arguments[0]} ended with exit code {ended.code}: {said}",
                fix="Run it by hand in the same environment, and fix what it reports.",
            )


def _texts_of(section: Section | None) -> dict[str, str]:
    return {name: section.text(name) for name in section} if section else {}


def _last_line(output: str) -> str:
    lines = secrets.mask(output).split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")[:LONGEST_LINE]
