"""The sample, brought into service by what the launch template of dev says, and used there."""

import json
import platform
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cdktf import App

from artifact import Release, Runtime, authorities, pack
from artifact.wheels import Wheels
from automation.app.database import MariaDb
from automation.app.surroundings import store_secret
from automation.emulator import Emulator
from automation.synth.wheels import CACHE
from config import load
from stacks.platform import Platform
from tests.conftest import read_tiers
from tests.examples.guestbook.load import load as load_on
from tests.examples.guestbook.rotation import Rotation, lost_nothing, rotate_under_load
from tests.examples.guestbook.site import FOLDER, Client
from tests.modules.application.boot import aws_stub, placed
from tests.modules.application.boot.sandbox import Sandbox
from tests.rendered import rendered

pytestmark = pytest.mark.slow

DEV = load("dev")
ARTIFACTS, ASSETS = DEV.naming.bucket("artifacts"), DEV.naming.bucket("assets")


@dataclass(frozen=True, kw_only=True)
class Account:
    """What is there before the first instance boots."""

    emulator: Emulator
    database: MariaDb
    secret_arn: str
    release: Release

    @property
    def s3(self) -> Any:
        return self.emulator.client("s3")


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    folder = tmp_path_factory.mktemp("account")
    with (
        Emulator(account_id=DEV.account_id, region=DEV.region, workspace=folder) as emulator,
        MariaDb(folder / "mariadb", name=DEV.database.database_name) as database,
    ):
        yield Account(
            emulator=emulator,
            database=database,
            secret_arn=store_secret(emulator, database.access),
            release=packed(folder, (folder / "mariadb/ca.pem").read_text(encoding="ascii")),
        )


def packed(folder: Path, authority: str) -> Release:
    """A release for this machine, which trusts the database that there is on it."""
    machine = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
    python = f"python3.{sys.version_info.minor}"
    Wheels(directory=FOLDER, packages=(python,), architecture=machine, cache=CACHE).fetch()
    (folder / "wheels").symlink_to(CACHE)
    trusted = folder / "authorities.pem"
    trusted.write_text(f"# {DEV.region}\n{authority}", encoding="ascii")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(authorities, "FILE", trusted)
        return pack(
            FOLDER,
            runtime=Runtime(packages=(python,), architecture=machine, region=DEV.region),
            static_directory=DEV.application.app.static_directory,
            workspace=folder,
        )


def publish(account: Account) -> None:
    assert account.release.file is not None
    key = f"releases/{account.release.sha256}.tar.gz"
    account.s3.put_object(Bucket=ARTIFACTS, Key=key, Body=account.release.file.read_bytes())


@pytest.fixture(scope="module")
def platform_account(account: Account, tmp_path_factory: pytest.TempPathFactory) -> placed.Account:
    app = App(outdir=str(tmp_path_factory.mktemp("dev")))
    Platform(app, settings=DEV, release=account.release)
    app.synth()
    return placed.Account(account.emulator, DEV.naming, read_tiers(Path(app.outdir)), {})


@pytest.fixture(scope="module")
def role(account: Account, platform_account: placed.Account) -> Mapping[str, str]:
    """The variables by which instances sign."""
    signing = platform_account.place(database_secret=account.secret_arn)
    publish(account)
    return signing


@pytest.fixture(scope="module")
def user_data(account: Account, platform_account: placed.Account, role: Mapping[str, str]) -> str:
    """What instances of dev get, but that the database has a port of its own here."""
    assert role
    template = platform_account.tiers["application"].only("aws_launch_template")
    text = rendered(
        template["user_data"],
        {
            "007ABD72bucket": ARTIFACTS,
            "alias": platform_account.alias,
            "address": account.database.access.host,
            "arn": account.secret_arn,
            "resource_id": "db-ONE",
        },
    )
    for name, old, new in (
        ("DB_PORT", '"3306"', f'"{account.database.access.port}"'),
        ("POLL_SECONDS", "5", "1"),
    ):
        assert text.count(f" {name}={old}\n") == 1
        text = text.replace(f" {name}={old}\n", f" {name}={new}\n")
    return text


@pytest.fixture(scope="module")
def instances(
    account: Account,
    platform_account: placed.Account,
    role: Mapping[str, str],
    user_data: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Sequence[Sandbox]]:
    """Two that boot at the same time."""
    root, environ = tmp_path_factory.mktemp("instances"), {**account.emulator.isolate(), **role}
    with aws_stub.aws(account.emulator, role) as aws, ThreadPoolExecutor() as pool:
        two = [
            Sandbox(
                root / name,
                user_data,
                environ=environ,
                aws=aws,
                instance_id=platform_account.instance_id,
                failures={},
            )
            for name in "ab"
        ]
        list(pool.map(Sandbox.boot, two))
        yield two
        list(pool.map(Sandbox.end, two))


def said(instance: Sandbox) -> str:
    """Everything that explains why a boot has failed."""
    return "\n".join(instance.log(f"{name}.log") for name in ("boot", "release", "web"))


def test_every_instance_is_ready(instances: Sequence[Sandbox]) -> None:
    for instance in instances:
        messages = [line["message"] for line in instance.lines()]
        assert messages == ["starting", "serving"], said(instance)
        for path in ("/healthz", "/readyz"):
            assert Client(instance.port).get(path).status == 200


def test_the_release_command_runs_once(instances: Sequence[Sandbox], account: Account) -> None:
    logs = sorted(instance.log("release.log") for instance in instances)
    assert logs[0] == ""
    assert logs[1].count("0001_messages") == 1
    (marker,) = account.s3.list_objects_v2(Bucket=ARTIFACTS, Prefix="deployments/")["Contents"]
    body = account.s3.get_object(Bucket=ARTIFACTS, Key=marker["Key"])["Body"].read()
    assert body.startswith(b"deployed ")


def test_a_message_is_stored_by_one_and_read_by_the_other(instances: Sequence[Sandbox]) -> None:
    first, second = (Client(instance.port) for instance in instances)
    assert first.sign("Ada", "through <user data>").status == 303
    assert "through &lt;user data&gt;" in second.get().text


def test_the_page_names_static_files_that_are_there(
    instances: Sequence[Sandbox], account: Account
) -> None:
    version = account.release.sha256[:12]
    (style,) = (FOLDER / "static").glob("*.css")
    page = Client(instances[0].port).get().text
    assert f'"https://{DEV.domain}/static/{version}/{style.name}"' in page
    stored = account.s3.get_object(Bucket=ASSETS, Key=f"static/{version}/{style.name}")
    assert stored["Body"].read() == style.read_bytes()
    assert stored["ContentType"] == "text/css; charset=utf-8"


def test_a_rotation_loses_no_request(instances: Sequence[Sandbox], account: Account) -> None:
    rotation = Rotation(account.emulator, account.database, account.secret_arn)
    lost_nothing(rotate_under_load(Client(instances[0].port), rotation), account.database)
    for instance in instances:
        assert Client(instance.port).get("/readyz").status == 200


def test_no_file_has_the_password(instances: Sequence[Sandbox], account: Account) -> None:
    password = account.database.access.password.encode()
    for instance in instances:
        for file in instance.root.rglob("*"):
            assert not file.is_file() or password not in file.read_bytes(), file


def test_an_instance_that_ends_loses_no_request(instances: Sequence[Sandbox]) -> None:
    leaving = instances[1]
    with load_on(Client(leaving.port), balanced=True) as seen:
        seen.goes_on()
        leaving.end()
        assert seen.turned_away.is_set()
    assert seen.losses == []
    assert not leaving.listening()
    assert complaints(leaving) == []
    assert Client(instances[0].port).get("/readyz").status == 200


def complaints(instance: Sandbox) -> list[dict[str, Any]]:
    """Errors: telemetry that nobody takes here is none, nor is not being ready at the end."""
    lines = [json.loads(line) for line in instance.log("web.log").splitlines()]
    return [line for line in lines if line["level"] in ("ERROR", "CRITICAL")]
