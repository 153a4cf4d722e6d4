"""Asks a MySQL server questions that change nothing; Python 3.9's own library is all that it needs.

It runs on an instance of the application, as the database lets nobody else in: the login is on its
standard input, the job its argument, both as JSON, and what it prints is JSON, too.
https://dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html
"""

from __future__ import annotations

import hashlib
import json
import socket
import ssl
import struct
import sys
import time
from typing import Any

# https://dev.mysql.com/doc/dev/mysql-server/latest/group__group__cs__capabilities__flags.html
_TLS = 0x800
_CAPABILITIES = 0x1 | 0x8 | 0x200 | _TLS | 0x2000 | 0x8000 | 0x80000
_MOST_BYTES, _UTF8 = 1 << 24, 45
_OK, _MORE, _EOF, _ERROR, _NULL = 0x00, 0x01, 0xFE, 0xFF, 0xFB
_FAST, _FULL = 3, 4
_NONCE = 20
_QUERY = b"\x03"
# A new password may take a while to be in force.
_DENIED = 1045
_SECONDS = 120
# One more than there may be.
_ROWS = 2
_SHOWN = 200


class ServerError(Exception):
    """What the server refused, by its number."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{message} (error {code})")
        self.code = code


def _refusal(packet: bytes) -> ServerError:
    (code,) = struct.unpack_from("<H", packet, 1)
    message = packet[3:]
    # The state comes before the message, unless nobody has signed in yet.
    message = message[6:] if message[:1] == b"#" else message
    return ServerError(code, message.decode("utf-8", "replace"))


class Link:
    """A connection to a server, over TLS alone."""

    def __init__(self, job: dict[str, Any], login: dict[str, str]) -> None:
        self._socket = socket.create_connection((job["host"], job["port"]), timeout=_SECONDS)
        self._number = 0
        try:
            self._open(job, login)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Leave."""
        self._socket.close()

    def ask(self, sql: str) -> list[tuple[str | None, ...]]:
        """The rows of an answer, each value as text."""
        self._number = 0
        self._write(_QUERY + sql.encode())
        packet = self._read()
        if packet[0] == _OK:
            return []
        columns, _ = _integer(packet, 0)
        for _each in range(columns or 0):
            self._read()
        self._read()
        rows = []
        while not _is_end(packet := self._read()):
            rows.append(_row(packet))
        return rows

    def _open(self, job: dict[str, Any], login: dict[str, str]) -> None:
        nonce, plugin = self._greeting()
        head = struct.pack("<IIB23x", _CAPABILITIES, _MOST_BYTES, _UTF8)
        self._write(head)
        # The server's name is in its certificate.
        context = ssl.create_default_context(cafile=job["authorities"])
        self._socket = context.wrap_socket(self._socket, server_hostname=job["host"])
        password = login["password"].encode()
        proof = _proof(plugin, password, nonce)
        user, schema = login["username"].encode(), job["schema"].encode()
        proved = bytes([len(proof)]) + proof
        self._write(head + user + b"\0" + proved + schema + b"\0" + plugin + b"\0")
        self._sign_in(password)

    def _greeting(self) -> tuple[bytes, bytes]:
        packet = self._read()
        end = packet.index(b"\0", 1) + 5
        first = packet[end : end + 8]
        low, _, _, high, _ = struct.unpack_from("<HBHHB", packet, end + 9)
        if not (low | high << 16) & _TLS:
            raise ServerError(0, "the server speaks no TLS")
        rest = packet[end + 27 :]
        return first + rest[: _NONCE - 8], rest[_NONCE - 7 :].partition(b"\0")[0]

    def _sign_in(self, password: bytes) -> None:
        while (packet := self._read())[0] != _OK:
            if packet[0] == _EOF:
                plugin, _, nonce = packet[1:].partition(b"\0")
                self._write(_proof(plugin, password, nonce[:_NONCE]))
            elif packet[0] == _MORE and packet[1] == _FULL:
                # Nobody else reads it: the connection is encrypted.
                self._write(password + b"\0")
            elif packet[0] != _MORE or packet[1] != _FAST:
                raise ServerError(0, "the server asks for a login that is not known here")

    def _read(self) -> bytes:
        head = self._receive(4)
        self._number = (head[3] + 1) % 256
        packet = self._receive(int.from_bytes(head[:3], "little"))
        if packet[:1] == bytes([_ERROR]):
            raise _refusal(packet)
        return packet

    def _receive(self, size: int) -> bytes:
        received = b""
        while len(received) < size:
            part = self._socket.recv(size - len(received))
            if not part:
                raise OSError("the server closed the connection")
            received += part
        return received

    def _write(self, packet: bytes) -> None:
        self._socket.sendall(len(packet).to_bytes(3, "little") + bytes([self._number]) + packet)
        self._number = (self._number + 1) % 256


def _proof(plugin: bytes, password: bytes, nonce: bytes) -> bytes:
    """That the password is known, by one of the two ways that MySQL and MariaDB have."""
    if plugin == b"mysql_native_password":
        once = hashlib.sha1(password).digest()  # noqa: S324 (the protocol's own)
        salted = hashlib.sha1(nonce + hashlib.sha1(once).digest()).digest()  # noqa: S324
    else:
        once = hashlib.sha256(password).digest()
        salted = hashlib.sha256(hashlib.sha256(once).digest() + nonce).digest()
    return bytes(one ^ other for one, other in zip(once, salted))  # noqa: B905


def _is_end(packet: bytes) -> bool:
    return packet[0] == _EOF and len(packet) < 9


def _integer(packet: bytes, place: int) -> tuple[int | None, int]:
    """A number of whichever length, None for NULL, and where it ends."""
    first = packet[place]
    if first < _NULL:
        return first, place + 1
    if first == _NULL:
        return None, place + 1
    size = {0xFC: 2, 0xFD: 3, 0xFE: 8}[first]
    return int.from_bytes(packet[place + 1 : place + 1 + size], "little"), place + 1 + size


def _row(packet: bytes) -> tuple[str | None, ...]:
    values: list[str | None] = []
    place = 0
    while place < len(packet):
        size, place = _integer(packet, place)
        text = None if size is None else packet[place : place + size].decode("utf-8", "replace")
        values.append(text)
        place += size or 0
    return tuple(values)


def connect(job: dict[str, Any], login: dict[str, str]) -> Link:
    """A connection that can change nothing, tried for as long as a new password may take."""
    deadline = time.monotonic() + job.get("patience", _SECONDS)
    while True:
        try:
            link = Link(job, login)
            break
        except (OSError, ServerError) as error:
            passing = not isinstance(error, ServerError) or error.code == _DENIED
            if not passing or time.monotonic() > deadline:
                raise
            time.sleep(2)
    link.ask(f"SET SESSION sql_select_limit = {_ROWS}")
    link.ask("START TRANSACTION READ ONLY")
    return link


def answers(job: dict[str, Any], login: dict[str, str]) -> dict[str, Any]:
    """What the server says to each question: how many rows and columns, and the first value."""
    try:
        link = connect(job, login)
    except (OSError, ServerError) as error:
        return {"error": str(error), "answers": []}
    found = []
    try:
        for each in job["questions"]:
            try:
                rows = link.ask(each["sql"])
                value = rows[0][0] if rows else None
                shape = {"rows": len(rows), "columns": len(rows[0]) if rows else 0}
                shown = value if value is None else value[:_SHOWN]
                found.append({"name": each["name"], "value": shown, **shape})
            except ServerError as error:
                found.append({"name": each["name"], "error": str(error)})
    except OSError as error:
        return {"error": str(error), "answers": found}
    finally:
        link.close()
    return {"error": "", "answers": found}


if __name__ == "__main__":
    print(json.dumps(answers(json.loads(sys.argv[1]), json.load(sys.stdin))))
