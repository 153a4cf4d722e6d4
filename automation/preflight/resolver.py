"""Asks this machine's resolvers which name servers the internet has for a domain.

Python's standard library looks up addresses only, so this speaks DNS: RFC 1035.
"""

import secrets
import socket
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

Address = tuple[str, int]

PORT = 53
_CONFIGURATION = Path("/etc/resolv.conf")
_SECONDS = 3.0
_NS, _INTERNET = 2, 1
_RECURSE, _ANSWER, _TRUNCATED, _CODE = 0x0100, 0x8000, 0x0200, 0x000F
_NO_ERROR, _NO_SUCH_NAME = 0, 3
_POINTER, _OFFSET = 0xC0, 0x3FFF
_LARGEST = 4096
_LONGEST_NAME = 128


class UnknownError(Exception):
    """No resolver gave an answer."""


def name_servers(domain: str, resolvers: Sequence[Address] | None = None) -> frozenset[str]:
    """The name servers, none when the domain is not delegated; raises `UnknownError`."""
    reason = "this machine has no DNS resolver"
    for resolver in configured() if resolvers is None else resolvers:
        try:
            return _ask(domain, resolver)
        except (OSError, ValueError, IndexError, struct.error) as error:
            reason = f"the resolver {resolver[0]} did not answer: {error or type(error).__name__}"
    raise UnknownError(reason)


def configured(file: Path = _CONFIGURATION) -> list[Address]:
    """The resolvers that this machine uses; none where they are configured otherwise."""
    if not file.is_file():
        return []
    lines = [line.split() for line in file.read_text(encoding="utf-8").splitlines()]
    return [(line[1], PORT) for line in lines if line[:1] == ["nameserver"] and len(line) > 1]


def _ask(domain: str, resolver: Address) -> frozenset[str]:
    id_ = secrets.randbelow(1 << 16)
    kind, address = socket.getaddrinfo(*resolver, type=socket.SOCK_DGRAM)[0][::4]
    with socket.socket(kind, socket.SOCK_DGRAM) as connection:
        connection.settimeout(_SECONDS)
        connection.connect(address)
        connection.send(question(domain, id_))
        return parse(connection.recv(_LARGEST), id_)


def question(domain: str, id_: int) -> bytes:
    """A query for the domain's name servers."""
    header = struct.pack("!6H", id_, _RECURSE, 1, 0, 0, 0)
    labels = [label.encode("ascii") for label in domain.split(".")]
    name = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    return header + name + struct.pack("!2H", _NS, _INTERNET)


def parse(message: bytes, id_: int) -> frozenset[str]:
    """The name servers in an answer; raises `ValueError` or the like when it is none."""
    found, flags, questions, answers, _, _ = struct.unpack_from("!6H", message)
    if found != id_ or not flags & _ANSWER or flags & _TRUNCATED:
        raise ValueError("it answered something else")
    if flags & _CODE == _NO_SUCH_NAME:
        return frozenset()
    if flags & _CODE != _NO_ERROR:
        raise ValueError(f"it failed with code {flags & _CODE}")
    offset = struct.calcsize("!6H")
    for _ in range(questions):
        offset = _name(message, offset)[1] + struct.calcsize("!2H")
    return frozenset(_answers(message, offset, answers))


def _answers(message: bytes, offset: int, count: int) -> Iterator[str]:
    for _ in range(count):
        offset = _name(message, offset)[1]
        kind, _, _, length = struct.unpack_from("!2HIH", message, offset)
        offset += struct.calcsize("!2HIH")
        if kind == _NS:
            yield _name(message, offset)[0]
        offset += length


def _name(message: bytes, offset: int) -> tuple[str, int]:
    """A name, and where it ends; a pointer says that the rest of it is elsewhere."""
    labels: list[str] = []
    end = 0
    for _ in range(_LONGEST_NAME):
        length = message[offset]
        if length >= _POINTER:
            end = end or offset + 2
            offset = struct.unpack_from("!H", message, offset)[0] & _OFFSET
        elif length == 0:
            return ".".join(labels), end or offset + 1
        else:
            label = message[offset + 1 : offset + 1 + length]
            labels.append(label.decode("ascii").lower())
            offset += 1 + length
    raise ValueError("it answered a name without an end")
