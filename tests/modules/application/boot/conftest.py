"""An account in which instances of the options environment boot, and these instances."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from automation.emulator import Emulator
from config import load
from tests.conftest import OPTIONS, Tiers, small_release
from tests.modules.application.boot import aws_stub
from tests.modules.application.boot.placed import Account
from tests.modules.application.boot.sandbox import Sandbox
from tests.rendered import rendered

SETTINGS = load(OPTIONS)
NAMING, REGION = SETTINGS.naming, SETTINGS.region
ARTIFACTS, ASSETS = NAMING.bucket("artifacts"), NAMING.bucket("assets")
RELEASE = small_release().sha256
KEY = f"releases/{RELEASE}.tar.gz"
Start = Callable[..., Sandbox]


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    workspace = tmp_path_factory.mktemp("emulator")
    account_id = SETTINGS.account_id
    with Emulator(account_id=account_id, region=REGION, workspace=workspace) as started:
        yield started


@pytest.fixture(scope="module")
def account(emulator: Emulator, options: Tiers, secret: str) -> Account:
    (api_key,) = SETTINGS.application.app.secrets.values()
    return Account(emulator, NAMING, options, {api_key: secret})


@pytest.fixture(scope="module")
def role(account: Account) -> Mapping[str, str]:
    """The variables by which instances sign."""
    manager = account.emulator.client("secretsmanager")
    database = manager.create_secret(Name="database", SecretString="{}")
    return account.place(database_secret=database["ARN"])


@pytest.fixture(scope="module")
def aws(emulator: Emulator, role: Mapping[str, str]) -> Iterator[str]:
    with aws_stub.aws(emulator, role) as program:
        yield program


@pytest.fixture
def s3(emulator: Emulator) -> Any:
    return emulator.client("s3")


@pytest.fixture
def only_this_release(role: Mapping[str, str], s3: Any) -> None:
    assert role
    for bucket in (ARTIFACTS, ASSETS):
        for each in s3.list_objects_v2(Bucket=bucket).get("Contents", ()):
            s3.delete_object(Bucket=bucket, Key=each["Key"])
    release = small_release()
    assert release.file is not None
    s3.put_object(Bucket=ARTIFACTS, Key=KEY, Body=release.file.read_bytes())


@pytest.fixture(scope="module")
def secret(emulator: Emulator) -> str:
    created = emulator.client("secretsmanager").create_secret(
        Name="api-key", SecretString="a 'secret' $value"
    )
    return str(created["ARN"])


@pytest.fixture
def start(
    account: Account, role: Mapping[str, str], aws: str, secret: str, tmp_path: Path
) -> Iterator[Start]:
    template = account.tiers["application"].only("aws_launch_template")
    started: list[Sandbox] = []

    def boot(*changes: tuple[str, str], failures: Mapping[str, int] | None = None) -> Sandbox:
        text = rendered(
            template["user_data"],
            {
                "007ABD72bucket": ARTIFACTS,
                "alias": account.alias,
                "address": "database.example.org",
                "arn": "arn:database",
                "resource_id": "db-ONE",
            },
        )
        for old, new in (
            (r"arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/api-key-a1B2c3", secret),
            (r"POLL_SECONDS=\d+", "POLL_SECONDS=1"),
            (r"READY_SECONDS=\d+", "READY_SECONDS=15"),
            *changes,
        ):
            text, count = re.subn(old, new.replace("\\", r"\\"), text)
            assert count, old
        folder = tmp_path / f"instance-{len(started)}"
        sandbox = Sandbox(
            folder,
            text,
            environ={**account.emulator.isolate(), **role},
            aws=aws,
            instance_id=account.instance_id,
            failures=failures or {},
        )
        started.append(sandbox)
        sandbox.boot()
        return sandbox

    yield boot
    for sandbox in started:
        sandbox.end()


def state(s3: Any) -> str:
    (marker,) = s3.list_objects_v2(Bucket=ARTIFACTS, Prefix="deployments/")["Contents"]
    body = s3.get_object(Bucket=ARTIFACTS, Key=marker["Key"])["Body"].read()
    return str(body.decode().split()[0])


def marked(s3: Any, text: str) -> str:
    """Who releases, as another instance would have it; where that is written."""
    database = hashlib.sha256(b"db-ONE\n").hexdigest()[:12]
    marker = f"deployments/{RELEASE}/{database}"
    s3.put_object(Bucket=ARTIFACTS, Key=marker, Body=text.encode())
    return f"s3://{ARTIFACTS}/{marker}"
