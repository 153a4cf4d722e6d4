"""Files that are no TOML, or TOML that no settings are."""

import os
from pathlib import Path

import pytest

from config import ConfigError, load

VALID = """app_id = "349081"
account_id = "123456789012"
region = "us-west-2"
domain = "example.com"
"""


def refusal(folder: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load("prod", folder)
    return str(caught.value).splitlines()[1:]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (VALID.encode("utf-16"), "encoding: received UTF-16; save the file as UTF-8"),
        (VALID.encode("utf-16-le"), "encoding: received UTF-16; save the file as UTF-8"),
        (VALID.encode("utf-32"), "encoding: received UTF-32; save the file as UTF-8"),
        (
            f'{VALID}tags.owner = "Müller"\n'.encode("latin-1"),
            "encoding: received the byte 0xfc in line 5; save the file as UTF-8",
        ),
        (f"{VALID}a = {'[' * 3000}".encode(), "TOML: received more than 16 levels"),
        (f"{VALID}a = {'[' * 50}{']' * 50}".encode(), "TOML: received more than 16 levels"),
        (f"{VALID}{'a.' * 2000}a = 1".encode(), "TOML: received more than 16 levels"),
        (f"{VALID}a = {'{a=' * 40}1{'}' * 40}".encode(), "TOML: received more than 16 levels"),
        (VALID.encode() + b"#" * 1_000_001, "file: received more than 1,000,000 bytes; shorten"),
        (f'{VALID}a = "1\n'.encode(), "TOML: received Illegal character '\\n' (at line 5, column"),
    ],
)
def test_what_cannot_be_read_is_one_fault(tmp_path: Path, content: bytes, expected: str) -> None:
    (tmp_path / "prod.toml").write_bytes(content)
    (line,) = refusal(tmp_path)
    assert line.strip().startswith(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("storage.log_days = 2021-01-01", "storage.log_days: received 2021-01-01; write it in"),
        ("tags.owner = 07:32:00", "tags.owner: received 07:32:00; write it in quotes"),
        ("storage.log_days = nan", "storage.log_days: received nan; give a number that fits"),
        ("storage.log_days = -inf", "storage.log_days: received -inf; give a number that fits"),
        ("storage.log_days = 1e999", "storage.log_days: received inf; give a number that fits"),
        (f"storage.log_days = 0x{'f' * 5000}", "storage.log_days: received a number of more than"),
        (f"storage.log_days = {'9' * 5000}", "storage.log_days: received a number of more than"),
        (f"tags.{'x' * 5000} = 1", 'tags."' + "x" * 199 + "... (5002 characters): received 1; use"),
        ("dns.aliases = [1979-05-27T07:32:00Z]", "dns.aliases[0]: received 1979-05-27 07:32:00"),
        ('tags."a\\nb" = 1', 'tags."a\\nb": received 1; use one of: '),
        (
            "database.database_name = " + '"' + "x" * 5000 + '"',
            f'database.database_name: received "{"x" * 199}... (5002 characters); expected',
        ),
        ('tags.owner = "\\u202e\\u0007"', 'tags.owner: received "\\u202e\\u0007"; expected'),
    ],
)
def test_values_that_no_setting_takes_are_told_by_their_keys(
    tmp_path: Path, text: str, expected: str
) -> None:
    (tmp_path / "prod.toml").write_text(VALID + text, encoding="utf-8")
    (line,) = refusal(tmp_path)
    assert line.strip().startswith(expected)


def test_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / "prod.toml").write_bytes(b"\xef\xbb\xbf" + VALID.encode())
    assert load("prod", tmp_path).app_id == "349081"


def test_a_link_to_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "shared").write_text(VALID)
    (tmp_path / "prod.toml").symlink_to("shared")
    assert load("prod", tmp_path).app_id == "349081"


def test_a_directory_a_pipe_and_links_to_nothing_are_refused(tmp_path: Path) -> None:
    file, regular = tmp_path / "prod.toml", "put a regular file there, or a link to one"
    file.mkdir()
    assert refusal(tmp_path) == [f"  file: received a directory; {regular}"]
    file.rmdir()
    os.mkfifo(file)
    assert refusal(tmp_path) == [f"  file: received something that is no file; {regular}"]
    file.unlink()
    file.symlink_to("nowhere")
    assert refusal(tmp_path) == [f"  file: received a link that leads nowhere; {regular}"]
    file.unlink()
    file.symlink_to(file)
    assert refusal(tmp_path) == [f"  file: received a link that leads nowhere; {regular}"]


def test_a_file_that_may_not_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "prod.toml").write_text(VALID)
    monkeypatch.setattr(Path, "open", refused)
    (line,) = refusal(tmp_path)
    assert line.endswith("it cannot be read: Permission denied; make it readable")


def test_a_file_with_an_unprintable_name_is_not_offered(tmp_path: Path) -> None:
    (tmp_path / "prod.toml").write_text(VALID)
    (tmp_path / os.fsdecode(b"\xff.toml")).write_text(VALID)
    with pytest.raises(ConfigError) as caught:
        load("\udcff", tmp_path)
    assert str(caught.value).encode("utf-8")
