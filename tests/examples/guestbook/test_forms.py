from guestbook.forms import MAX_NAME, MAX_TEXT, Entry
from hypothesis import given
from hypothesis import strategies as st

FIELDS = st.dictionaries(st.sampled_from(["name", "message", "submission", "other"]), st.text())


@given(FIELDS)
def test_whatever_is_sent_either_fits_the_table_or_is_told(fields: dict[str, str]) -> None:
    entry = Entry.of(fields)
    assert len(entry.submission) == 32
    assert entry.submission.isascii()
    if not entry.faults:
        assert 1 <= len(entry.name) <= MAX_NAME
        assert 1 <= len(entry.text) <= MAX_TEXT
        assert "\x00" not in entry.name + entry.text
        (entry.name + entry.text).encode()


@given(FIELDS)
def test_what_is_stored_would_be_stored_the_same_again(fields: dict[str, str]) -> None:
    entry = Entry.of(fields)
    again = Entry.of({"name": entry.name, "message": entry.text, "submission": entry.submission})
    assert again == entry


def test_every_empty_form_has_a_number_of_its_own() -> None:
    assert Entry.empty().submission != Entry.empty().submission
