"""The user data of the synthesized launch template, run as an instance would run it."""

import hashlib
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from virtualenv.seed.wheels.embed import get_embed_wheel

from artifact import Release, Runtime, pack, wheels
from artifact.wheels import Wheels
from automation.rehearse.account import session
from tests.artifact.packages import application, wheel
from tests.conftest import SMALL_APPLICATION
from tests.modules.application.boot.conftest import (
    ARTIFACTS,
    ASSETS,
    KEY,
    REGION,
    RELEASE,
    Start,
    marked,
    state,
)
from tests.modules.application.boot.placed import Account
from tests.modules.application.boot.sandbox import refused

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("only_this_release")]


def test_a_release_comes_into_service(start: Start, s3: Any) -> None:
    instance = start()
    assert [line["message"] for line in instance.lines()] == ["starting", "serving"]
    assert {line["release"] for line in instance.lines()} == {RELEASE[:12]}
    found = instance.ask("/readyz")
    assert found["PORT"] == str(instance.port)
    assert found["APP_VERSION"] == RELEASE[:12]
    assert found["DB_HOST"] == "database.example.org"
    assert found["DB_SECRET_ARN"] == "arn:database"
    assert Path(found["DB_TLS_CA"]).read_text().startswith("-----BEGIN CERTIFICATE-----")
    assert found["GREETING"] == 'two  words, "quotes" and a \\'
    assert found["PRICE"] == "`5` $HOME ${HOME} %{if} 100 %"
    assert found["API_KEY"] == "a 'secret' $value"
    assert found["HOME"] == str(instance.root / "var/lib/application")
    assert Path(found["HOME"]).is_dir()
    assert instance.log("release.log") == "migrating app\n"
    assert state(s3) == "deployed"
    for file in instance.root.rglob("*"):
        if file.is_file():
            assert b"a 'secret'" not in file.read_bytes(), file
    assert found["ASSETS_BASE_URL"] == f"https://shop.example.org/static/{RELEASE[:12]}"
    static_files_are_there(s3)


def static_files_are_there(s3: Any) -> None:
    types = {"icon.svg": "image/svg+xml", "style.css": "text/css; charset=utf-8"}
    for name, content_type in types.items():
        found = s3.get_object(Bucket=ASSETS, Key=f"static/{RELEASE[:12]}/{name}")
        assert found["ContentType"] == content_type
        assert found["CacheControl"] == "public, max-age=31536000, immutable"
        assert found["Body"].read() == (SMALL_APPLICATION / "static" / name).read_bytes()


def test_one_instance_releases_and_each_database_is_released_to(start: Start) -> None:
    first, second = start(), start()
    assert first.log("release.log") == "migrating app\n"
    assert second.log("release.log") == ""
    assert second.errors() == []
    assert second.ask("/readyz")
    restored = start(("db-ONE", "db-TWO"))
    assert restored.log("release.log") == "migrating app\n"


def test_an_instance_waits_for_the_one_that_releases(start: Start, s3: Any) -> None:
    place = marked(s3, f"running {int(time.time())} another-instance\n")
    waiting = start((r"WAIT_SECONDS=\d+", "WAIT_SECONDS=1"))
    refused(waiting, f"releasing failed: {place} is not to be had: another-instance")
    assert waiting.log("release.log") == ""


def test_a_release_that_nobody_finished_is_taken_over(start: Start, s3: Any) -> None:
    marked(s3, "running 1000 terminated\n")
    assert start().log("release.log") == "migrating app\n"
    assert state(s3) == "deployed"


def test_wheels_are_installed_without_a_package_index(
    start: Start, s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = with_wheels(tmp_path, monkeypatch)
    assert release.file is not None
    key = f"releases/{release.sha256}.tar.gz"
    s3.put_object(Bucket=ARTIFACTS, Key=key, Body=release.file.read_bytes())
    instance = start((RELEASE, release.sha256))
    assert instance.errors() == []
    assert instance.ask("/readyz") == "pure"


def with_wheels(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Release:
    """A release that imports a package, and the installer that comes with virtualenv."""
    index, installer = folder / "index", folder / "installer.txt"
    requirements = wheel(index, "pure")
    embedded = get_embed_wheel("pip", "3.12")
    assert embedded is not None
    pip = embedded.path.read_bytes()
    (index / embedded.name).write_bytes(pip)
    digest = hashlib.sha256(pip).hexdigest()
    installer.write_text(f"pip=={embedded.version} --hash=sha256:{digest}\n", encoding="utf-8")
    monkeypatch.setattr(wheels, "INSTALLER", installer)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    serve = (SMALL_APPLICATION / "serve.py").read_text(encoding="utf-8")
    serve = serve.replace("dict(os.environ)", '__import__("pure").NAME')
    files = {
        "Procfile": "web: python serve.py",
        "serve.py": serve,
        "requirements.txt": requirements,
    }
    directory = application(folder / "app", **files)
    runtime = Runtime(packages=("python3.12",), architecture="x86_64", region=REGION)
    Wheels(
        directory=directory,
        packages=runtime.packages,
        architecture=runtime.architecture,
        cache=folder / "wheels",
    ).fetch()
    return pack(directory, runtime=runtime, static_directory="static", workspace=folder)


def test_a_tampered_archive_is_refused(start: Start, s3: Any) -> None:
    body = s3.get_object(Bucket=ARTIFACTS, Key=KEY)["Body"].read()
    s3.put_object(Bucket=ARTIFACTS, Key=KEY, Body=body[:-1] + b"!")
    instance = start()
    message = "sha256sum: WARNING: 1 computed checksum did NOT match"
    refused(instance, f"verifying the archive's SHA-256 failed: {message}")
    assert not list((instance.root / "opt/application").glob("*/app"))


def test_a_wrong_hash_is_refused(start: Start, s3: Any) -> None:
    other = "0" * 64
    s3.copy_object(
        Bucket=ARTIFACTS, Key=f"releases/{other}.tar.gz", CopySource=f"{ARTIFACTS}/{KEY}"
    )
    message = "sha256sum: WARNING: 1 computed checksum did NOT match"
    refused(start((RELEASE, other)), f"verifying the archive's SHA-256 failed: {message}")


def test_a_missing_archive_is_named(start: Start, s3: Any) -> None:
    s3.delete_object(Bucket=ARTIFACTS, Key=KEY)
    instance = start()
    (message,) = instance.errors()
    assert message.startswith(f"fetching {KEY} failed: ")
    # Who may not list a bucket is not told what is missing there.
    assert "is not authorized to perform: s3:ListBucket on resource: arn:aws:s3:::" in message
    assert not instance.listening()


def test_a_failing_release_command_stops_the_boot_and_lets_the_next_try(
    start: Start, s3: Any
) -> None:
    failing = start((r'GREETING="', 'MIGRATION_FAILS="'))
    refused(failing, "releasing failed: the release command failed: see release.log")
    assert state(s3) == "failed"
    assert start().errors() == []
    assert state(s3) == "deployed"


def test_an_application_that_is_not_ready_never_listens(start: Start) -> None:
    instance = start((r'GREETING=".*"', 'BROKEN="yes"'), ("READY_SECONDS=15", "READY_SECONDS=5"))
    place = r"http://127\.0\.0\.2:\d+/readyz"
    (message,) = instance.errors()
    assert re.fullmatch(
        rf"trying the application failed: {place} has not answered 200 for 5 seconds, but 503: "
        "see web.log",
        message,
    )
    assert not instance.listening()


def test_a_secret_that_the_role_may_not_read_stops_the_boot(start: Start, secret: str) -> None:
    instance = start((secret, secret.replace("api-key", "lost-key")))
    refused(instance, "releasing failed: the release command failed: see release.log")
    log = instance.log("release.log")
    assert "because no identity-based policy allows the secretsmanager:GetSecretValue action" in log


def test_an_instance_overwrites_neither_static_files_nor_markers(
    start: Start, account: Account, role: Mapping[str, str], s3: Any
) -> None:
    assert start().errors() == []
    mine = session(account.emulator, role).client("s3")
    style, (marker,) = f"static/{RELEASE[:12]}/style.css", keys(s3, "deployments/")
    for bucket, key in ((account.alias, style), (ARTIFACTS, marker), (ARTIFACTS, KEY)):
        with pytest.raises(ClientError, match="policy allows the s3:PutObject action"):
            mine.put_object(Bucket=bucket, Key=key, Body=b"another")
    for bucket, key in ((account.alias, style), (ARTIFACTS, marker)):
        with pytest.raises(ClientError, match="PreconditionFailed"):
            mine.put_object(Bucket=bucket, Key=key, Body=b"another", IfNoneMatch="*")
    found = s3.head_object(Bucket=ASSETS, Key=style)["ETag"]
    with pytest.raises(ClientError, match="policy allows the s3:PutObject action"):
        mine.put_object(Bucket=account.alias, Key=style, Body=b"another", IfMatch=found)
    static_files_are_there(s3)
    assert state(s3) == "deployed"


def keys(s3: Any, prefix: str) -> list[str]:
    return [each["Key"] for each in s3.list_objects_v2(Bucket=ARTIFACTS, Prefix=prefix)["Contents"]]


def test_a_release_that_is_tried_again_finds_its_files_there(start: Start, s3: Any) -> None:
    refused(
        start((r'GREETING="', 'MIGRATION_FAILS="')),
        "releasing failed: the release command failed: see release.log",
    )
    static_files_are_there(s3)
    assert start().errors() == []
    static_files_are_there(s3)


def test_static_files_that_cannot_be_published_end_the_launch(start: Start, s3: Any) -> None:
    instance = start((r"ASSETS=.*", "ASSETS=no-such-bucket"))
    refused(instance, "releasing failed: the static files could not be published")
    assert state(s3) == "failed"
    assert instance.log("release.log") == ""
