"""Processes beside web, with real ones."""

import itertools
import os
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from automation.app import beside as module
from automation.app.beside import Scheduled, Worker, beside
from automation.app.processes import Running
from config.app import Process


def until(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    return holds()


def test_a_worker_runs_as_long_as_web_and_is_asked_to_end(tmp_path: Path) -> None:
    said: list[str] = []
    log = tmp_path / "log"
    commands = {
        "web": "false",
        "worker": "trap 'echo ended >>log; exit 0' TERM; echo began >>log; "
        "while true; do sleep 0.05; done",
        "other": "echo other >>log",
    }
    with beside([Process(name="worker")], commands, dict(os.environ), tmp_path, tell=said.append):
        assert until(log.exists)
        assert log.read_text() == "began\n"
    assert log.read_text() == "began\nended\n"
    assert said == []


def test_one_that_does_not_end_is_told_and_killed(tmp_path: Path) -> None:
    said: list[str] = []
    commands = {"worker": "trap '' TERM; touch log; while true; do sleep 0.05; done"}
    stubborn = Process(name="worker", stop_seconds=1)
    with beside([stubborn], commands, dict(os.environ), tmp_path, tell=said.append):
        assert until((tmp_path / "log").exists)
    assert said == ["worker: does not end within 1 s after SIGTERM: have it end"]


def test_a_worker_that_ends_is_started_ever_more_slowly(tmp_path: Path) -> None:
    said: list[str] = []
    started: list[float] = []
    now = 0.0

    def start(_: str) -> Running:
        started.append(now)
        running = Running("exit 3", dict(os.environ), tmp_path)
        running.process.wait()
        return running

    worker = Worker(Process(name="worker"), start, said.append)
    while now < 200:
        worker.look(now)
        now += 0.5
    waits = [round(after - before) for before, after in itertools.pairwise(started)]
    assert waits == [2, 4, 8, 16, 32, 60, 60][: len(waits)]
    assert len(waits) >= 6
    assert said[0] == "worker: ended with code 3, and is started again in 1 s"


def test_what_has_a_schedule_is_started_in_its_minute_and_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    minutes = iter([58, 59, 0, 0, 0, 1])

    class Clock:
        @staticmethod
        def now(zone: object) -> datetime:
            assert str(zone) == "Europe/Berlin"
            minute = next(minutes)
            return datetime(2026, 11, 29, 2 if minute > 30 else 3, minute, 7)

    monkeypatch.setattr(module, "datetime", Clock)
    nightly = Process(name="nightly", schedule="0 3 * * *", time_zone="Europe/Berlin")

    def start(_: str) -> Running:
        running = Running("exit 4", dict(os.environ), tmp_path)
        running.process.wait()
        return running

    scheduled = Scheduled(nightly, start, said.append)
    for _ in range(5):
        scheduled.look(0)
    assert said == ["nightly: its time has come", "nightly: ended with code 4"]
