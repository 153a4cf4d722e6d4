from pathlib import Path

import pytest

from automation.app.database import MariaDb
from automation.emulator.proxy import Authority
from tests.examples.guestbook import site as sites

pytestmark = pytest.mark.slow


def test_a_server_that_cannot_prove_itself_gets_no_password(
    environ: dict[str, str], log: Path, tmp_path: Path
) -> None:
    foreign = tmp_path / "foreign.pem"
    foreign.write_text(Authority().pem)
    with sites.running(environ, log, DB_TLS_CA=str(foreign)) as site:
        assert site.get("/readyz").status == 503
        assert site.get("/healthz").status == 200
        assert "certificate verify failed" in site.line(logger="guestbook.database")["message"]


def test_a_server_of_another_name_gets_no_password(environ: dict[str, str], log: Path) -> None:
    with sites.running(environ, log, DB_HOST="localhost") as site:
        assert site.get("/readyz").status == 503
        assert "Hostname mismatch" in site.line(logger="guestbook.database")["message"]


def test_connections_are_encrypted(site: sites.Site, database: MariaDb) -> None:
    assert site.get("/readyz").status == 200
    refused = "SELECT COUNT(*) FROM mysql.user WHERE user = 'guestbook' AND ssl_type = 'ANY'"
    assert database.administer(refused) == "1\n"
