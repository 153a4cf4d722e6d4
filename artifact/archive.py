"""Named contents as a gzipped tar of the same bytes on every machine and at every time."""

import io
import struct
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# Some tools take the year 1970 for a mistake; 1980 is as early as zip files can say.
_TIME = 315_532_800
_LARGEST_BLOCK = 0xFFFF


@dataclass(frozen=True, kw_only=True, order=True)
class Entry:
    """One file of an archive: its path with forward slashes, its content, whether it is run."""

    path: str
    content: bytes
    executable: bool = False


def archive(entries: Iterable[Entry]) -> bytes:
    """The archive; owners, times, modes and order say nothing about where it was made."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for entry in sorted(entries):
            tar.addfile(_header(entry), io.BytesIO(entry.content))
    return gzip(buffer.getvalue())


def _header(entry: Entry) -> tarfile.TarInfo:
    header = tarfile.TarInfo(entry.path)
    header.size = len(entry.content)
    header.mtime = _TIME
    header.mode = 0o755 if entry.executable else 0o644
    return header


def gzip(content: bytes) -> bytes:
    """A gzip file that stores its content as it is.

    Compressed bytes depend on the version of zlib and on who built it; stored ones do not. Most of
    a release is wheels, which are compressed already.
    https://www.rfc-editor.org/rfc/rfc1951#page-11
    """
    # No name, no time, and no word about the operating system.
    header = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
    trailer = struct.pack("<II", zlib.crc32(content), len(content) & 0xFFFFFFFF)
    return b"".join((header, *_stored(content), trailer))


def _stored(content: bytes) -> Iterator[bytes]:
    for start in range(0, max(len(content), 1), _LARGEST_BLOCK):
        block = content[start : start + _LARGEST_BLOCK]
        last = start + _LARGEST_BLOCK >= len(content)
        yield struct.pack("<BHH", last, len(block), len(block) ^ 0xFFFF)
        yield block
