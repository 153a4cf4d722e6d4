"""How MySQL 8.4 has its users sign in, which no MariaDB does, against a server of a few lines."""

import socket
import ssl
import struct
import threading
from hashlib import sha256
from pathlib import Path

import pytest

from automation.emulator.proxy import Authority
from automation.restore.query import Link, ServerError

NONCE, PLUGIN, PASSWORD = b"01234567890123456789", b"caching_sha2_password", b"secret"
OK, FAST, FULL = b"\x00\x00\x00\x02\x00\x00\x00", b"\x01\x03", b"\x01\x04"


class Server(threading.Thread):
    """Greets, speaks TLS, looks at the proof, asks for the password, and answers no question."""

    def __init__(self, certificate: Path, *answers: bytes, tls: bool = True) -> None:
        super().__init__(daemon=True)
        self._answers = answers
        self._tls = tls
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.read: list[bytes] = []

    def run(self) -> None:
        plain, _ = self._listening.accept()
        self._listening.close()
        capabilities = 0x88A08 if self._tls else 0x88208
        low, high = capabilities & 0xFFFF, capabilities >> 16
        head = b"\x0a8.4.7\0" + struct.pack("<I", 1) + NONCE[:8] + b"\0"
        rest = struct.pack("<HBHHB10x", low | 0x8000, 45, 2, high, 21)
        with plain:
            self._write(plain, 0, head + rest + NONCE[8:] + b"\0" + PLUGIN + b"\0")
            if not self._tls:
                return
            plain.recv(36)
            with self._context.wrap_socket(plain, server_side=True) as secured:
                for number, answer in enumerate(self._answers):
                    self.read.append(self._packet(secured))
                    self._write(secured, 3 + 2 * number, answer)
                    if answer == FAST:
                        self._write(secured, 4, OK)
                secured.recv(1)

    @staticmethod
    def _packet(connection: socket.socket) -> bytes:
        size = int.from_bytes(connection.recv(4)[:3], "little")
        return connection.recv(size)

    @staticmethod
    def _write(connection: socket.socket, number: int, packet: bytes) -> None:
        connection.sendall(len(packet).to_bytes(3, "little") + bytes([number]) + packet)


@pytest.fixture
def authority(tmp_path: Path) -> tuple[Path, Path]:
    """A file of authorities, and a certificate that one of them signed."""
    made, authorities, certificate = Authority(), tmp_path / "ca.pem", tmp_path / "server.pem"
    authorities.write_text(made.pem, encoding="ascii")
    certificate.write_text(made.sign("127.0.0.1"), encoding="ascii")
    return authorities, certificate


def sign_in(server: Server, authorities: Path) -> Link:
    server.start()
    job = {
        "host": "127.0.0.1",
        "port": server.port,
        "schema": "shop",
        "authorities": str(authorities),
    }
    return Link(job, {"username": "platform", "password": PASSWORD.decode()})


def proof() -> bytes:
    """That the server knows the password by: XOR(SHA256(p), SHA256(SHA256(SHA256(p)) + nonce))."""
    once = sha256(PASSWORD).digest()
    salted = sha256(sha256(once).digest() + NONCE).digest()
    return bytes(one ^ other for one, other in zip(once, salted, strict=True))


@pytest.mark.parametrize(("answers", "sent"), [((FULL, OK), [PASSWORD + b"\0"]), ((FAST,), [])])
def test_a_password_is_told_where_the_server_asks_for_it_over_tls(
    answers: tuple[bytes, ...], sent: list[bytes], authority: tuple[Path, Path]
) -> None:
    authorities, certificate = authority
    server = Server(certificate, *answers)
    sign_in(server, authorities).close()
    server.join(10)
    login, *rest = server.read
    assert login[32:] == b"platform\0" + b"\x20" + proof() + b"shop\0" + PLUGIN + b"\0"
    assert rest == sent


def test_without_tls_nothing_is_told(authority: tuple[Path, Path]) -> None:
    authorities, certificate = authority
    server = Server(certificate, tls=False)
    with pytest.raises(ServerError, match="the server speaks no TLS"):
        sign_in(server, authorities)
    server.join(10)
    assert server.read == []


def test_another_way_to_sign_in_is_refused(authority: tuple[Path, Path]) -> None:
    authorities, certificate = authority
    server = Server(certificate, b"\x01\x02")
    with pytest.raises(ServerError, match="asks for a login that is not known here"):
        sign_in(server, authorities)
    server.join(10)
