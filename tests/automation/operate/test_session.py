"""Shells and tunnels: what AWS's plugin is called with, and what ends them."""

import json
import os
import signal
import socket
import threading
import time
from pathlib import Path

import pytest

from automation.errors import INTERRUPTED, UserError
from automation.operate import choose
from automation.operate.command import open_shell, open_tunnel
from automation.operate.session import SessionPlugin, local_port
from tests.automation.operate.platform import Platform, StubPlugin

ENDPOINT = "https://ssm.us-west-2.amazonaws.com"


@pytest.fixture
def plugin(tmp_path: Path) -> StubPlugin:
    return StubPlugin(tmp_path)


@pytest.mark.parametrize("profile", ["", "operators"])
def test_a_shell_is_the_plugins_as_the_aws_cli_calls_it(
    platform: Platform, plugin: StubPlugin, monkeypatch: pytest.MonkeyPatch, profile: str
) -> None:
    (only,) = platform.instances(1)
    plugin.install(monkeypatch, version="1.2.497.0", code=3)
    if profile:
        config = plugin.folder / "config"
        config.write_text(f"[profile {profile}]\nregion = us-west-2\n")
        monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
        monkeypatch.setenv("AWS_PROFILE", profile)
    assert open_shell(platform.operator, None) == 3
    response, *rest = plugin.arguments
    assert rest == ["us-west-2", "StartSession", profile, json.dumps({"Target": only}), ENDPOINT]
    session = json.loads(response)
    assert session.keys() == {"SessionId", "TokenValue", "StreamUrl"}
    assert session["StreamUrl"].startswith("wss://ssmmessages.us-west-2.amazonaws.com/")
    assert plugin.token is None
    assert "by session-manager-plugin 1.2.497.0" in platform.told


@pytest.mark.parametrize("version", ["1.2.498.0", "1.2.707.0", "2"])
def test_a_newer_plugin_gets_the_token_where_nobody_else_sees_it(
    platform: Platform, plugin: StubPlugin, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    platform.instances(1)
    plugin.install(monkeypatch, version=version)
    assert open_shell(platform.operator, None) == 0
    assert plugin.arguments[0] == "AWS_SSM_START_SESSION_RESPONSE"
    assert plugin.token is not None
    token = json.loads(plugin.token)["TokenValue"]
    assert not any(token in each for each in plugin.arguments)


def test_without_the_plugin_nothing_is_opened(
    platform: Platform, plugin: StubPlugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.instances(1)
    monkeypatch.setenv("PATH", str(plugin.folder))
    with pytest.raises(UserError) as refusal:
        open_shell(platform.operator, None)
    assert str(refusal.value) == (
        "session-manager-plugin is not on PATH: install it as "
        "https://docs.aws.amazon.com/systems-manager/latest/userguide/"
        "session-manager-working-with-install-plugin.html says"
    )


def test_a_plugin_that_does_not_run_is_told(
    plugin: StubPlugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin.install(monkeypatch)
    (plugin.folder / "session-manager-plugin").write_text("for another machine")
    with pytest.raises(UserError, match=r"does not run .*: install it as https://docs"):
        SessionPlugin.find()


def sessions(platform: Platform, instance: str, state: str) -> list[str]:
    found = platform.clients.ssm.describe_sessions(State=state)["Sessions"]  # type: ignore[arg-type]
    return [each["SessionId"] for each in found if each["Target"] == instance]


def test_a_plugin_that_cannot_be_started_leaves_no_session(
    platform: Platform, plugin: StubPlugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    (only,) = platform.instances(1)
    plugin.install(monkeypatch)
    found = SessionPlugin.find()
    monkeypatch.setattr(
        "automation.operate.session.SessionPlugin.find",
        lambda: SessionPlugin(f"{found.path}-gone", found.version),
    )
    with pytest.raises(FileNotFoundError):
        open_shell(platform.operator, None)
    assert sessions(platform, only, "Active") == []
    assert len(sessions(platform, only, "History")) == 1


def once_ready(plugin: StubPlugin, number: int) -> threading.Thread:
    """Send a signal to this process, and for Ctrl-C to the plugin, as a terminal does."""

    def send() -> None:
        deadline = time.monotonic() + 30
        while not plugin.ready.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        os.kill(os.getpid(), number)
        if number == signal.SIGINT:
            os.kill(int(plugin.ready.read_text()), number)

    thread = threading.Thread(target=send)
    thread.start()
    return thread


def test_a_tunnel_leads_to_the_database_until_ctrl_c(
    platform: Platform,
    plugin: StubPlugin,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    platform.instances(2)
    platform.site.database(DBName="shop")
    plugin.install(monkeypatch, holds=True)
    thread = once_ready(plugin, signal.SIGINT)
    port = local_port(None, 0)
    assert open_tunnel(platform.operator, None, port) == INTERRUPTED
    thread.join()
    (found,) = platform.clients.rds.describe_db_instances(
        DBInstanceIdentifier=platform.settings.naming.name("database")
    )["DBInstances"]
    host = found["Endpoint"]["Address"]
    assert json.loads(plugin.arguments[4]) == {
        "Target": choose(platform.clients, platform.settings, None).id,
        "DocumentName": "AWS-StartPortForwardingSessionToRemoteHost",
        "Parameters": {"host": [host], "portNumber": ["3306"], "localPortNumber": [str(port)]},
    }
    assert capsys.readouterr().out.splitlines() == [
        "host: 127.0.0.1",
        f"port: {port}",
        "database: shop",
        "user: admin",
        f"password: in {found['MasterUserSecret']['SecretArn']}",
        f"leads to: {host}:3306, which speaks TLS alone",
    ]
    assert "the tunnel is closed" in platform.told


def test_a_command_that_is_terminated_ends_plugin_and_session(
    platform: Platform, plugin: StubPlugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    (only,) = platform.instances(1)
    plugin.install(monkeypatch, holds=True)
    thread = once_ready(plugin, signal.SIGTERM)
    assert open_shell(platform.operator, None) == INTERRUPTED
    thread.join()
    assert sessions(platform, only, "Active") == []


def test_signals_are_as_they_were_after_a_session(
    platform: Platform, plugin: StubPlugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.instances(1)
    plugin.install(monkeypatch)
    numbers = (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP, signal.SIGTERM)
    before = [signal.getsignal(each) for each in numbers]
    open_shell(platform.operator, None)
    assert [signal.getsignal(each) for each in numbers] == before


def test_a_tunnel_needs_a_database(
    platform: Platform, plugin: StubPlugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.instances(1)
    plugin.install(monkeypatch)
    with pytest.raises(UserError) as refusal:
        open_tunnel(platform.operator, None, None)
    assert str(refusal.value) == (
        "dev has no database: run `python -m automation deploy --env dev`"
    )
    assert not plugin.record.exists()


def test_a_port_that_is_taken_is_refused_or_else_another_is_used() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        assert local_port(None, taken) != taken
        with pytest.raises(UserError) as refusal:
            local_port(taken, 3306)
    assert str(refusal.value) == (
        f"--port: received {taken}; give one that is free (Address already in use)"
    )
