"""The pages, and what answers a visitor."""

from functools import lru_cache
from http import HTTPStatus
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from guestbook import forms
from guestbook.assets import Assets
from guestbook.forms import Entry
from guestbook.guards import comes_from_this_site
from guestbook.logs import request_id
from guestbook.messages import LATEST, Message, Messages

_TEMPLATES = Path(__file__).parent / "templates"
# Some megabytes at most.
_KEPT_ARTICLES = 1000
_NO_FAULTS = {"name": "", "message": ""}


class Pages:
    """Renders what visitors see; whatever they wrote is escaped."""

    def __init__(self, messages: Messages, assets: Assets, *, version: str) -> None:
        self._messages = messages
        templates = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._message = templates.get_template("message.html")
        # A message never changes: its HTML is kept for whoever comes next.
        self._article = lru_cache(_KEPT_ARTICLES)(self._render_message)
        templates.globals.update(
            asset=assets,
            max_name=forms.MAX_NAME,
            max_text=forms.MAX_TEXT,
            version=version,
        )
        self._page = templates.get_template("page.html")
        self._fault = templates.get_template("fault.html")

    async def show(self, request: Request) -> Response:
        """The form, and some messages below it."""
        return await self._render(Entry.empty(), before=_before(request))

    async def sign(self, request: Request) -> Response:
        """Store a message, then have the browser ask for the page: reloading it sends nothing."""
        if not comes_from_this_site(request.headers):
            raise HTTPException(403, "The form was not sent from the guest book's own page.")
        entry = Entry.of(await forms.read_fields(request))
        if entry.faults:
            return await self._render(entry, status=422)
        await self._messages.write(submission=entry.submission, name=entry.name, text=entry.text)
        return RedirectResponse("/#messages", 303)

    def fault(self, status: int, detail: str) -> Response:
        """A page that says what went wrong."""
        title = HTTPStatus(status).phrase
        text = self._fault.render(
            status=status, title=title, detail=detail, request_id=request_id.get()
        )
        return HTMLResponse(text, status)

    def _render_message(self, message: Message) -> Markup:
        return Markup(self._message.render(message=message))  # noqa: S704 (has been escaped)

    async def _render(
        self, entry: Entry, *, before: int | None = None, status: int = 200
    ) -> Response:
        page = await self._messages.page(before or LATEST)
        faults = {**_NO_FAULTS, **entry.faults} if status == 422 else {}
        text = self._page.render(
            articles=Markup().join(map(self._article, page.messages)),
            entry=entry,
            faults=faults,
            next_before=page.before,
            older=before is not None,
        )
        return HTMLResponse(text, status)


def _before(request: Request) -> int | None:
    """The number that the page is to start below; anything else is no page of ours."""
    given = request.query_params.get("before")
    if given is None:
        return None
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        raise HTTPException(404, "There is no such page.")
    return int(given)
