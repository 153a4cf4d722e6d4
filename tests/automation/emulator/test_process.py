import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import moto.moto_proxy
import pytest
from botocore.exceptions import ClientError, ProxyConnectionError

from automation.emulator import PROJECT, Emulator
from automation.errors import UserError
from automation.rehearse.account import session
from tests.automation import hostile

from .conftest import ACCOUNT, REGION

STARTER = """
import sys, time
from pathlib import Path
from automation.emulator import Emulator
emulator = Emulator(account_id="123456789012", region="us-west-2", workspace=Path(sys.argv[1]))
emulator.start()
print(emulator.pid, flush=True)
time.sleep(60)
"""


def running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def gone(pid: int, within: float = 10) -> bool:
    deadline = time.monotonic() + within
    while running(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not running(pid)


def test_the_account_is_the_one_that_was_asked_for(emulator: Emulator) -> None:
    assert emulator.alive
    assert emulator.client("sts").get_caller_identity()["Account"] == ACCOUNT


def test_a_taken_port_is_one_line_with_a_remedy(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        emulator = Emulator(account_id=ACCOUNT, region=REGION, port=port, workspace=tmp_path)
        with pytest.raises(UserError) as refusal:
            emulator.start()
    assert str(refusal.value) == f"port {port} is taken: free it, or leave `rehearse --port` out"
    assert not emulator.alive


def test_stopping_leaves_nothing_behind(tmp_path: Path) -> None:
    with Emulator(account_id=ACCOUNT, region=REGION, workspace=tmp_path) as emulator:
        pid = emulator.pid
        assert pid is not None
        sts = emulator.client("sts")
    assert not running(pid)
    assert not emulator.alive
    with pytest.raises(ProxyConnectionError):
        sts.get_caller_identity()
    emulator.stop()


def test_the_emulator_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    starter = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", STARTER, str(tmp_path)], cwd=PROJECT, stdout=subprocess.PIPE
    )
    with starter:
        assert starter.stdout is not None
        pid = int(starter.stdout.readline())
        assert running(pid)
        starter.send_signal(signal.SIGKILL)
    assert gone(pid)


def test_a_kept_emulator_outlives_its_parent_and_ends_when_told(tmp_path: Path) -> None:
    kept = STARTER.replace("region=", "keep=True, region=").replace("time.sleep(60)", "")
    starter = [sys.executable, "-c", kept, str(tmp_path)]
    pid = int(subprocess.check_output(starter, cwd=PROJECT))  # noqa: S603
    assert running(pid)
    os.kill(pid, signal.SIGTERM)
    assert gone(pid)


def test_the_users_own_aws_and_proxy_settings_do_not_reach_it(emulator: Emulator) -> None:
    own = {
        "AWS_PROFILE": "production",
        "AWS_SESSION_TOKEN": "secret",
        "AWS_ENDPOINT_URL_S3": "https://example.com",
        "no_proxy": ".amazonaws.com",
        "https_proxy": "http://proxy.example.com",
        "PATH": "/bin",
    }
    isolated = emulator.isolate(own)
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3"} & set(isolated)
    assert isolated["https_proxy"] == isolated["HTTPS_PROXY"] == emulator.url
    assert "amazonaws" not in isolated["no_proxy"] + isolated["NO_PROXY"]
    assert isolated["PATH"] == "/bin"


def test_neither_server_nor_client_heeds_anything_of_the_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**hostile.AWS, "PYTHONSAFEPATH": "1"}.items():
        monkeypatch.setenv(name, value)
    with Emulator(account_id=ACCOUNT, region=REGION, workspace=tmp_path) as emulator:
        assert emulator.client("sts").get_caller_identity()["Account"] == ACCOUNT
        account = session(emulator)
        assert account.client("sts").get_caller_identity()["Account"] == ACCOUNT
        s3 = account.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="assets")
        s3.put_object(Bucket="assets", Key="key", Body=b"content")
        assert s3.get_object(Bucket="assets", Key="key")["Body"].read() == b"content"


def test_clients_trust_the_emulator_beside_the_systems_roots(emulator: Emulator) -> None:
    certificates = emulator.bundle.read_text().count("BEGIN CERTIFICATE")
    assert certificates > 1
    # moto's own authority, whose private key is public, is not among them.
    authority = Path(moto.moto_proxy.__file__).with_name("ca.crt").read_text().strip()
    assert authority not in emulator.bundle.read_text()


def test_boto3_is_pointed_at_it_by_the_environment_alone(emulator: Emulator) -> None:
    program = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"
    command = [sys.executable, "-c", program]
    answer = subprocess.check_output(command, env=emulator.isolate(), text=True)  # noqa: S603
    assert answer.strip() == ACCOUNT


def test_no_other_host_is_reachable_through_it(emulator: Emulator) -> None:
    proxies = urllib.request.ProxyHandler({"https": emulator.url, "http": emulator.url})
    opener = urllib.request.build_opener(proxies)
    for url in ("https://example.com/", "http://example.com/"):
        with pytest.raises(OSError, match="403"):
            opener.open(url, timeout=5)


@pytest.mark.parametrize(
    ("service", "operation", "arguments"),
    [
        ("cloudfront", "list_realtime_log_configs", {}),
        ("cloudwatch", "list_managed_insight_rules", {"ResourceARN": "arn"}),
        ("ec2", "describe_capacity_blocks", {}),
        ("rds", "describe_account_attributes", {}),
        ("logs", "list_anomalies", {}),
        ("xray", "get_insight_summaries", {"StartTime": 0, "EndTime": 1}),
    ],
)
def test_what_cannot_be_done_fails_at_once_and_names_the_call(
    emulator: Emulator, service: str, operation: str, arguments: dict[str, object]
) -> None:
    client = emulator.client(service)
    start = time.monotonic()
    with pytest.raises(ClientError) as refusal:
        getattr(client, operation)(**arguments)
    assert time.monotonic() - start < 2
    assert refusal.value.response["Error"]["Code"] == "NotEmulated"
    call = client.meta.method_to_api_mapping[operation]
    assert f"cannot do {call} of {service}" in refusal.value.response["Error"]["Message"]
    assert refusal.value.response["ResponseMetadata"]["RetryAttempts"] == 0


def test_hosted_zones_are_there_from_the_start(tmp_path: Path) -> None:
    zones = {"Z0123456789ABC": "shop.example.org"}
    with Emulator(
        account_id=ACCOUNT, region=REGION, hosted_zones=zones, workspace=tmp_path
    ) as emulator:
        zone = emulator.client("route53").get_hosted_zone(Id="Z0123456789ABC")
    assert zone["HostedZone"]["Name"] == "shop.example.org."
