"""What a visitor may send."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl
from uuid import uuid4

from starlette.exceptions import HTTPException
from starlette.requests import Request

MAX_NAME, MAX_TEXT = 80, 1000
# A thousand characters of four bytes, each of them escaped, and the names of the fields.
_MAX_BODY = 16 * 1024
_SUBMISSION = re.compile(r"[0-9a-f]{32}")
# Control characters other than the end of a line and the tabulator; lone surrogates are no text.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True)
class Entry:
    """A filled-in form: it can be stored when nothing is wrong with it."""

    submission: str
    name: str
    text: str

    @classmethod
    def empty(cls) -> "Entry":
        """A form to fill in, with a number of its own."""
        return cls(uuid4().hex, "", "")

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> "Entry":
        """The fields as they are stored: with plain ends of lines, and nothing around."""
        submission = fields.get("submission", "")
        if not _SUBMISSION.fullmatch(submission):
            submission = uuid4().hex
        name = " ".join(fields.get("name", "").split())
        text = fields.get("message", "").replace("\r\n", "\n").strip()
        return cls(submission, name, text)

    @property
    def faults(self) -> Mapping[str, str]:
        """What is wrong, by field, in words for the visitor."""
        checked = {
            "name": _fault(self.name, "your name", MAX_NAME),
            "message": _fault(self.text, "a message", MAX_TEXT),
        }
        return {name: fault for name, fault in checked.items() if fault}


def _fault(value: str, what: str, longest: int) -> str:
    if not value:
        return f"Please write {what}."
    if len(value) > longest:
        return f"Please use at most {longest} characters; these are {len(value)}."
    if _UNPRINTABLE.search(value):
        return "Please leave out characters that cannot be shown."
    return ""


async def read_fields(request: Request) -> Mapping[str, str]:
    """The fields of a plain HTML form; refuses anything else with the status that fits."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != (
        "application/x-www-form-urlencoded"
    ):
        raise HTTPException(415, "Send the form as the page does.")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_BODY:
            raise HTTPException(413, "That is more than a message can hold.")
    try:
        return dict(parse_qsl(body.decode("ascii"), errors="strict", max_num_fields=8))
    except ValueError:
        raise HTTPException(400, "The form cannot be read.") from None
