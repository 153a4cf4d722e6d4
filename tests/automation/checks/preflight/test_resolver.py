import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import dns.flags
import dns.message
import dns.nameserver
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from automation.checks import preflight as preflight_dns
from automation.checks.preflight import UnknownError, name_servers

Reply = Callable[[dns.message.Message], dns.message.Message]
DOMAIN = "dev.example.com"


@dataclass
class Server:
    """A name server on a port of this machine, and what it was asked over which protocol."""

    reply: Reply
    port: int
    asked: list[tuple[str, dns.message.Message]] = field(default_factory=list)

    def answer(self, protocol: str, query: bytes) -> bytes:
        message = dns.message.from_wire(query)
        self.asked.append((protocol, message))
        response = self.reply(message)
        if protocol == "udp" and len(response.to_wire(max_size=65535)) > 512:
            response.answer.clear()
            response.flags |= dns.flags.TC
        return response.to_wire(max_size=65535)

    def udp(self, listening: socket.socket) -> None:
        while True:
            query, client = listening.recvfrom(4096)
            if not query:
                return
            listening.sendto(self.answer("udp", query), client)

    def tcp(self, listening: socket.socket) -> None:
        while True:
            connection, _ = listening.accept()
            with connection:
                head = connection.recv(2)
                if not head:
                    return
                (length,) = struct.unpack("!H", head)
                response = self.answer("tcp", connection.recv(length))
                connection.sendall(struct.pack("!H", len(response)) + response)


@contextmanager
def server(reply: Reply) -> Iterator[Server]:
    with socket.socket(type=socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
        # TCP first: other tests have connections, and hardly a datagram.
        tcp.bind(("127.0.0.1", 0))
        udp.bind(tcp.getsockname())
        tcp.listen()
        started = Server(reply, udp.getsockname()[1])
        threads = [
            threading.Thread(target=serve, args=(listening,))
            for serve, listening in ((started.udp, udp), (started.tcp, tcp))
        ]
        for thread in threads:
            thread.start()
        yield started
        # An empty message ends either of them.
        with socket.socket(type=socket.SOCK_DGRAM) as last:
            last.sendto(b"", udp.getsockname())
        socket.create_connection(tcp.getsockname()).close()
        for thread in threads:
            thread.join()


def named(*names: str) -> Reply:
    """Answers that the domain has these name servers."""

    def reply(query: dns.message.Message) -> dns.message.Message:
        response = dns.message.make_response(query, recursion_available=True)
        if names:
            records = dns.rrset.from_text(query.question[0].name, 60, "IN", "NS", *names)
            response.answer.append(records)
        return response

    return reply


def failed(code: dns.rcode.Rcode) -> Reply:
    def reply(query: dns.message.Message) -> dns.message.Message:
        response = dns.message.make_response(query, recursion_available=True)
        response.set_rcode(code)
        return response

    return reply


def asking(*servers: Server, file: Path | None = None) -> dns.resolver.Resolver:
    """As on a machine, but for the ports."""
    machine = preflight_dns.configured(file) if file else dns.resolver.Resolver(configure=False)
    machine.nameservers = [
        dns.nameserver.Do53Nameserver("127.0.0.1", each.port) for each in servers
    ]
    return machine


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    file = tmp_path / "resolv.conf"
    file.write_text("# ours\nsearch example.org\nnameserver 10.0.0.2\nnameserver fd00::2\n")
    return file


def test_the_machines_resolvers_are_asked_with_edns(configuration: Path) -> None:
    assert preflight_dns.configured(configuration).nameservers == ["10.0.0.2", "fd00::2"]
    with server(named("ns-1.awsdns-00.com.")) as one:
        name_servers(DOMAIN, asking(one, file=configuration))
    ((protocol, query),) = one.asked
    assert (protocol, query.edns, query.payload) == ("udp", 0, 1232)
    assert query.question[0].to_text() == f"{DOMAIN}. IN NS"


def test_name_servers_are_lower_case_without_final_dots() -> None:
    with server(named("NS-1.awsdns-00.com.", "ns-2.awsdns-01.net.")) as one:
        found = name_servers(DOMAIN, asking(one))
    assert found == {"ns-1.awsdns-00.com", "ns-2.awsdns-01.net"}


@pytest.mark.parametrize("reply", [named(), failed(dns.rcode.NXDOMAIN)])
def test_a_name_without_records_or_that_does_not_exist_is_not_delegated(reply: Reply) -> None:
    with server(reply) as one:
        assert name_servers(DOMAIN, asking(one)) == frozenset()


def test_an_answer_that_is_too_long_for_a_datagram_is_asked_for_again_over_tcp() -> None:
    names = [f"{letter * 60}.{letter * 60}.example.net." for letter in "abcdefgh"]
    with server(named(*names)) as one:
        found = name_servers(DOMAIN, asking(one))
    assert found == {name.removesuffix(".") for name in names}
    assert [protocol for protocol, _ in one.asked] == ["udp", "tcp"]


def test_a_failure_leaves_it_unknown() -> None:
    with server(failed(dns.rcode.SERVFAIL)) as one, pytest.raises(UnknownError) as refusal:
        name_servers(DOMAIN, asking(one))
    assert str(refusal.value).startswith("no resolver of this machine answered: ")
    assert "SERVFAIL" in str(refusal.value)


def test_silence_leaves_it_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight_dns, "_SECONDS", 0.05)
    with socket.socket(type=socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        with pytest.raises(UnknownError, match="timed out"):
            name_servers(DOMAIN, asking(Server(named(), silent.getsockname()[1])))


def test_the_next_resolver_is_asked_when_one_fails() -> None:
    with (
        server(failed(dns.rcode.REFUSED)) as broken,
        server(named("ns-1.awsdns-00.com.")) as sound,
    ):
        assert name_servers(DOMAIN, asking(broken, sound)) == {"ns-1.awsdns-00.com"}


@pytest.mark.parametrize("content", [None, "# nobody\nsearch example.org\n"])
def test_a_machine_without_resolvers_knows_nothing(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "resolv.conf"
    if content is not None:
        file.write_text(content)
    with pytest.raises(UnknownError, match=r"^this machine has no DNS resolver$"):
        preflight_dns.configured(file)
