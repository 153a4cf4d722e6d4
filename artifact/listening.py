"""Servers of Python and Next.js: whether there is one, and listens where an instance asks it."""

import re
from collections.abc import Iterator, Mapping, Sequence

from artifact.archive import Entry
from artifact.locking import REQUIREMENTS, remedy

# By the package that brings each.
_SERVERS = {
    **{name: name for name in ("daphne", "flask", "granian", "gunicorn", "hypercorn", "uvicorn")},
    "fastapi": "fastapi",
    "waitress-serve": "waitress",
}
_OTHERS = ("http.server", "next")
# Where these listen unless they are told: on one port, whatever `PORT` says.
_FIXED = {"fastapi": 8000, "flask": 5000, "uvicorn": 8000}
_ADDRESS = ("--bind", "--host", "--hostname")
_PORT = ("--bind", "--port")
_SHORT = {
    "flask": {"-h": "--host", "-p": "--port"},
    "gunicorn": {"-b": "--bind"},
    "http.server": {"-b": "--bind"},
    "hypercorn": {"-b": "--bind"},
    "next": {"-H": "--hostname", "-p": "--port"},
}
_LOOPBACK = re.compile(r"(localhost|127\.[\d.]+|\[?::1\]?)(:|$)")
_FIXED_PORT = re.compile(r"(.*:)?\d+")
_NAME = re.compile(r"^[A-Za-z0-9._-]+", re.MULTILINE)


def unlocked(words: Sequence[str], files: Mapping[str, Entry]) -> Iterator[str]:
    """A server that no lock file of the application names, and that is not in its directory."""
    program = _program(words)
    package = _SERVERS.get(program)
    lock = files[REQUIREMENTS].content.decode(errors="replace") if REQUIREMENTS in files else ""
    named = {each.lower() for each in _NAME.findall(lock)}
    if package and package not in named and f"{package}/__init__.py" not in files:
        yield (
            f"starts {program}, which no {REQUIREMENTS} of the directory names: add {package} to "
            f"what is locked, and run {remedy(files.__contains__)}"
        )


def faults(words: Sequence[str]) -> Iterator[str]:
    """Options because of which nobody would ever reach the server; those of others are theirs."""
    program = _program(words)
    if program not in _SERVERS and program not in _OTHERS:
        return
    given: dict[str, list[str]] = {}
    for option, value in _options(words, _SHORT.get(program, {})):
        given.setdefault(option, []).append(value)
    for option in _ADDRESS:
        values = given.get(option, [])
        if values and all(map(_LOOPBACK.match, values)):
            yield (
                f"listens on {values[0]} alone, which the load balancer does not reach: give "
                f"{option} 0.0.0.0 in its place"
            )
    for option in _PORT:
        values = given.get(option, [])
        if values and all(map(_FIXED_PORT.fullmatch, values)):
            yield f"listens on {values[0]}, whatever PORT is: write $PORT in its place"
    serves = program == "uvicorn" or "run" in words
    if program in _FIXED and serves and not given.keys() & {"--port", "--uds", "--fd"}:
        yield (
            f"starts {program}, which listens on {_FIXED[program]} unless it is told: write "
            "`--host 0.0.0.0 --port $PORT`"
        )


def _program(words: Sequence[str]) -> str:
    """The server, by its own name or as a module of Python."""
    as_module = words[0].startswith("python") and words[1:2] == ["-m"] and words[2:]
    return words[2] if as_module else words[0]


def _options(words: Sequence[str], short: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for word, following in zip(words, (*words[1:], ""), strict=True):
        option, given, value = word.partition("=")
        yield short.get(option, option), value if given else following
