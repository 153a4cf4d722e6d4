"""`bootstrap`, apart from how it is typed."""

import json
import time

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from automation.aws import connect, explain
from automation.bootstrap import github, report
from automation.bootstrap.bootstrap import PAUSE, Outcome, bootstrap
from automation.bootstrap.changes import Confirmation
from automation.bootstrap.deletion import delete_stack
from automation.bootstrap.following import Event
from automation.bootstrap.request import Request
from automation.bootstrap.stack import Stack
from automation.commands import settings_of
from automation.errors import INTERRUPTED, CommandError, UserError
from config import Settings


class Bootstrap:
    """One run of the command; `pause` is the seconds between two looks at the stack."""

    def __init__(
        self,
        request: Request,
        *,
        console: Console,
        progress: Console,
        confirmation: Confirmation | None = None,
        pause: float = PAUSE,
    ) -> None:
        self._request = request
        self._console = console
        self._progress = progress
        self._confirmation = confirmation or Confirmation(request.yes, progress)
        self._pause = pause
        self._start = time.perf_counter()

    def run(self) -> int:
        """The exit code: 0, 1 when there is no usable stack or the user declined, 130 on Ctrl-C.

        Raises `UserError` for what the user can mend, and `CommandError`.
        """
        request = self._request
        if request.status and request.delete:
            raise UserError("--status and --delete exclude each other: give one of them")
        wanted = github.parse(
            request.github, branches=request.branches, environments=request.github_environments
        )
        settings = settings_of(request.environment)
        try:
            session = connect(settings)
            outcome = self._act(session, settings, wanted)
        except (BotoCoreError, ClientError) as error:
            raise CommandError(f"{settings.naming.name('bootstrap')}: {explain(error)}") from error
        except KeyboardInterrupt:
            self._progress.print("interrupted: CloudFormation goes on; run it again to follow")
            return INTERRUPTED
        self._tell(settings, outcome)
        return 0 if report.fine(outcome) else 1

    def _act(
        self, session: boto3.Session, settings: Settings, wanted: github.GitHub | None
    ) -> Outcome:
        if self._request.status:
            stack = Stack(session, settings.naming, pause=self._pause)
            return Outcome("status", stack.find())
        prefix = settings.naming.prefix
        if self._request.delete:
            stack_name = settings.naming.name("bootstrap")
            question = f"This deletes the stack {stack_name}, but neither the bucket nor its key."
            return delete_stack(
                session,
                settings,
                confirm=lambda: self._confirmation.word(question, prefix),
                tell=self._event,
                pause=self._pause,
            )
        return bootstrap(
            session,
            settings,
            github=wanted,
            confirm=self._confirmation.changes,
            tell=self._event,
            pause=self._pause,
        )

    def _event(self, event: Event) -> None:
        seconds = time.perf_counter() - self._start
        line = f"[{seconds:6.1f} s] {event}"
        style = "red" if event.failed else None
        self._progress.print(line, style=style, markup=False, highlight=False, soft_wrap=True)

    def _tell(self, settings: Settings, outcome: Outcome) -> None:
        if self._request.as_json:
            print(json.dumps(report.to_json(settings, outcome), indent=2))
        else:
            report.show(settings, outcome, self._console)
