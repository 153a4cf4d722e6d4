import json
import logging

from guestbook.logs import JsonFormatter, request_id


def formatted(message: str, **extra: object) -> dict[str, object]:
    record = logging.makeLogRecord({"name": "test", "levelname": "INFO", "msg": message, **extra})
    text = JsonFormatter().format(record)
    assert "\n" not in text
    line: dict[str, object] = json.loads(text)
    return line


def test_a_line_has_what_queries_and_alarms_ask_for() -> None:
    line = formatted("hello", fields={"status": 200})
    assert {name: line[name] for name in ("level", "logger", "message", "status")} == {
        "level": "INFO",
        "logger": "test",
        "message": "hello",
        "status": 200,
    }
    assert str(line["timestamp"]).endswith("+00:00")
    assert "request_id" not in line


def test_a_line_belongs_to_its_request() -> None:
    token = request_id.set("abc")
    try:
        assert formatted("hello")["request_id"] == "abc"
    finally:
        request_id.reset(token)


def test_nobody_can_forge_a_second_line() -> None:
    forged = 'x\n{"level": "CRITICAL"}'
    assert formatted(forged)["message"] == forged


def test_a_failure_is_told_with_its_trace() -> None:
    error = ValueError("broken")
    line = formatted("failed", exc_info=(ValueError, error, None))
    assert "ValueError: broken" in str(line["exception"])
