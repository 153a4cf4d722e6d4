from pathlib import Path

import pytest

from automation.app.database import parse
from automation.errors import UserError

FORM = "mysql://user:password@host:port/name, with ?ssl_ca=file where TLS needs an authority"


def test_everything_is_read(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.touch()
    access = parse(f"mysql://us%40er:p%3Aw%2F@db.example:3307/shop?ssl_ca={authority}")
    assert (access.host, access.port, access.name) == ("db.example", 3307, "shop")
    assert (access.user, access.password, access.tls_ca) == ("us@er", "p:w/", authority)
    assert "p:w/" not in repr(access)


def test_what_is_left_out_has_a_default() -> None:
    access = parse("mariadb://root@localhost/shop")
    assert (access.port, access.password, access.tls_ca) == (3306, "", None)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgres://u:hunter2@h/n", "postgres://...@h/n"),
        ("mysql://u:hunter2@h:port/n", "mysql://...@h:port/n"),
        ("mysql://u:hunter2@h", "mysql://...@h"),
        ("mysql://u:hunter2@h/a/b", "mysql://...@h/a/b"),
        ("mysql://h/n", "mysql://...@h/n"),
        ("mysql://u:hunter2@[h/n", "mysql://...@[h/n"),
        ("hunter2", "something else"),
    ],
)
def test_what_is_no_database_is_told_without_the_password(url: str, shown: str) -> None:
    with pytest.raises(UserError) as error:
        parse(url)
    assert str(error.value) == f"--database-url: received {shown}; give {FORM}"


def test_an_authority_has_to_be_there() -> None:
    with pytest.raises(UserError) as error:
        parse("mysql://u@h/n?ssl_ca=/nowhere.pem")
    assert str(error.value) == (
        "--database-url: ssl_ca is /nowhere.pem; name a file of certificates"
    )


def test_the_variable_is_blamed_for_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "http://h/n")
    with pytest.raises(UserError, match=r"^DATABASE_URL: received "):
        parse("http://h/n")
