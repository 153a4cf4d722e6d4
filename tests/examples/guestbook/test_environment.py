from pathlib import Path

import pytest
from guestbook.environment import ContractError, read

COMPLETE = {
    "PORT": "8080",
    "DB_HOST": "127.0.0.1",
    "DB_NAME": "guestbook",
    "DB_SECRET_ARN": "arn",
    "AWS_REGION": "us-west-2",
}


def faults(**changes: str) -> str:
    with pytest.raises(ContractError) as error:
        read({**COMPLETE, **changes})
    return str(error.value)


def test_what_is_not_said_has_a_default() -> None:
    environment = read(COMPLETE)
    assert environment.database.port == 3306
    assert environment.version == "development"
    assert environment.drain_seconds == 5
    assert environment.workers >= 1


def test_everything_that_is_said_counts(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.touch()
    environment = read(
        {
            **COMPLETE,
            "DB_HOST": "db.example",
            "DB_TLS_CA": str(authority),
            "ASSETS_BASE_URL": "https://cdn.example/static/",
            "DRAIN_SECONDS": "0",
            "WEB_CONCURRENCY": "3",
        }
    )
    assert environment.database.tls_ca == authority
    assert environment.assets_base_url == "https://cdn.example/static"
    assert (environment.drain_seconds, environment.workers) == (0, 3)


def test_all_faults_are_told_together() -> None:
    with pytest.raises(ContractError) as error:
        read({"PORT": "0", "DRAIN_SECONDS": "soon", "DB_TLS_CA": "/nowhere"})
    assert str(error.value).splitlines() == [
        "PORT: received 0; give a number, 1 to 65535",
        "DB_HOST: absent; set it",
        "DB_TLS_CA: received /nowhere; name a file of certificates",
        "DB_NAME: absent; set it",
        "DB_SECRET_ARN: absent; set it",
        "AWS_REGION: absent; set it",
        "DRAIN_SECONDS: received soon; give a number, 0 to 300",
    ]


def test_another_machine_is_reached_over_tls_only() -> None:
    assert faults(DB_HOST="db.example") == (
        "DB_TLS_CA: absent; name a file of certificates to trust for db.example"
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_this_machine_may_be_reached_without(host: str) -> None:
    assert read({**COMPLETE, "DB_HOST": host}).database.tls_ca is None
