import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.preflight import resolver
from automation.preflight.resolver import Address, UnknownError, name_servers

LABELS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=63)
NAMES = st.lists(LABELS, min_size=1, max_size=3).map(".".join)
Reply = Callable[[bytes], bytes]


def encoded(name: str) -> bytes:
    labels = name.encode().split(b".")
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def answer(query: bytes, *names: str, flags: int = 0x8180) -> bytes:
    """The question again, then a record for each name, whose owner is a pointer to the question."""
    header = query[:2] + struct.pack("!5H", flags, 1, len(names), 0, 0)
    records = [struct.pack("!3HIH", 0xC00C, 2, 1, 60, len(encoded(each))) for each in names]
    body = b"".join(record + encoded(name) for record, name in zip(records, names, strict=True))
    return header + query[12:] + body


@contextmanager
def server(reply: Reply) -> Iterator[Address]:
    """A name server for one question."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(5)

        def serve() -> None:
            with suppress(OSError):
                query, client = listening.recvfrom(512)
                listening.sendto(reply(query), client)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listening.getsockname()
        thread.join()


def asked(reply: Reply) -> frozenset[str]:
    with server(reply) as address:
        return name_servers("dev.example.com", [address])


def test_the_question_is_for_name_servers() -> None:
    query = resolver.question("dev.example.com", 0x1234)
    assert query == bytes.fromhex("123401000001000000000000") + encoded(
        "dev.example.com"
    ) + bytes.fromhex("00020001")


def test_name_servers_are_lower_case_without_final_dots() -> None:
    found = asked(lambda query: answer(query, "NS-1.awsdns-00.com", "ns-2.awsdns-01.net"))
    assert found == {"ns-1.awsdns-00.com", "ns-2.awsdns-01.net"}


@pytest.mark.parametrize("flags", [0x8180, 0x8183])
def test_a_name_without_records_or_that_does_not_exist_is_not_delegated(flags: int) -> None:
    assert asked(lambda query: answer(query, flags=flags)) == frozenset()


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (lambda query: answer(query, flags=0x8182), "it failed with code 2"),
        (lambda query: answer(query, flags=0x8380), "it answered something else"),
        (lambda query: query, "it answered something else"),
        (lambda query: b"\0\0" + answer(query)[2:] + b"-", "it answered something else"),
        (lambda query: query[:2] + b"\x81", "unpack_from requires a buffer of at least 12 bytes"),
    ],
)
def test_other_answers_leave_it_unknown(reply: Reply, reason: str) -> None:
    with pytest.raises(UnknownError) as refusal:
        asked(reply)
    assert str(refusal.value).startswith(f"the resolver 127.0.0.1 did not answer: {reason}")


def test_silence_leaves_it_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolver, "_SECONDS", 0.05)
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as silent:
        silent.bind(("127.0.0.1", 0))
        with pytest.raises(UnknownError) as refusal:
            name_servers("dev.example.com", [silent.getsockname()])
    assert str(refusal.value) == "the resolver 127.0.0.1 did not answer: timed out"


def test_the_next_resolver_is_asked_when_one_fails() -> None:
    with (
        server(lambda query: answer(query, flags=0x8182)) as broken,
        server(lambda query: answer(query, "ns-1.awsdns-00.com")) as sound,
    ):
        assert name_servers("dev.example.com", [broken, sound]) == {"ns-1.awsdns-00.com"}


def test_a_machine_without_resolvers_knows_nothing(tmp_path: Path) -> None:
    assert resolver.configured(tmp_path / "absent") == []
    with pytest.raises(UnknownError, match=r"^this machine has no DNS resolver$"):
        name_servers("dev.example.com", [])


def test_the_machines_resolvers_are_read(tmp_path: Path) -> None:
    file = tmp_path / "resolv.conf"
    file.write_text("# ours\nsearch example.com\nnameserver 10.0.0.2\nnameserver fd00::2\n")
    assert resolver.configured(file) == [("10.0.0.2", 53), ("fd00::2", 53)]


@given(st.lists(NAMES, max_size=4), st.integers(0, 0xFFFF))
def test_what_was_written_is_read(names: list[str], id_: int) -> None:
    query = resolver.question("dev.example.com", id_)
    assert resolver.parse(answer(query, *names), id_) == frozenset(names)


@given(st.binary(max_size=200))
def test_no_message_does_more_harm_than_to_be_refused(tail: bytes) -> None:
    message = struct.pack("!6H", 7, 0x8180, 1, 3, 0, 0) + tail
    with suppress(ValueError, IndexError, struct.error):
        resolver.parse(message, 7)
