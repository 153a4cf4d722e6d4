import gzip as standard_gzip
import io
import tarfile
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from artifact.archive import Entry, archive, gzip

NAMES = st.text("abcdefgh/é ", min_size=1, max_size=120).map(
    lambda name: f"app/{name.strip('/ ')}x"
)
ENTRIES = st.lists(
    st.builds(Entry, path=NAMES, content=st.binary(max_size=300), executable=st.booleans()),
    unique_by=lambda entry: entry.path,
)


@given(ENTRIES, st.randoms())
def test_what_goes_in_comes_out_in_whatever_order_it_went_in(
    entries: list[Entry], random: Random
) -> None:
    packed = archive(entries)
    shuffled = list(entries)
    random.shuffle(shuffled)
    assert archive(shuffled) == packed
    with tarfile.open(fileobj=io.BytesIO(packed), mode="r:gz") as tar:
        found = {each.name: each for each in tar.getmembers()}
        assert list(found) == sorted(found)
        for entry in entries:
            member = tar.extractfile(entry.path)
            assert member is not None
            assert member.read() == entry.content
            assert found[entry.path].mode == (0o755 if entry.executable else 0o644)


def test_nothing_tells_where_and_when_it_was_made() -> None:
    packed = archive([Entry(path="app/Procfile", content=b"web: true\n")])
    with tarfile.open(fileobj=io.BytesIO(packed), mode="r:gz") as tar:
        (member,) = tar.getmembers()
    assert (member.uid, member.gid, member.uname, member.gname) == (0, 0, "", "")
    assert member.mtime == 315_532_800
    assert packed[4:9] == b"\0\0\0\0\0"


@given(st.integers(0, 3), st.integers(-1, 1))
def test_stored_blocks_end_where_they_should(blocks: int, more: int) -> None:
    content = b"x" * max(0, blocks * 0xFFFF + more)
    assert standard_gzip.decompress(gzip(content)) == content


def test_the_bytes_are_those_of_every_machine() -> None:
    header, block = "1f8b08000000000000ff", "010700f8ff"
    checksum, length = "b3624ba5", "07000000"
    assert gzip(b"terrace").hex() == header + block + b"terrace".hex() + checksum + length
