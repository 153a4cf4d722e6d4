"""What runs on an instance, against a real server: it asks, and can change nothing."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from automation.app.database import MariaDb
from automation.emulator.proxy import Authority
from automation.restore import query
from automation.restore.query import ServerError

# The system's own on an instance is older than the one that Terrace runs on.
# https://docs.aws.amazon.com/linux/al2023/ug/python.html
OLDEST = "3.9"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDb]:
    with MariaDb(tmp_path_factory.mktemp("mariadb"), name="shop") as started:
        started.administer(
            "CREATE TABLE shop.orders (id INT, note VARCHAR(2000));"
            "INSERT INTO shop.orders VALUES (1, 'first'), (2, 'größer'), (3, NULL);"
        )
        yield started


def job(server: MariaDb, *statements: str, **others: Any) -> dict[str, Any]:
    questions = [{"name": f"q{number}", "sql": each} for number, each in enumerate(statements)]
    return {
        "host": server.access.host,
        "port": server.access.port,
        "schema": server.access.name,
        "authorities": str(server.access.tls_ca),
        "questions": questions,
        "patience": 0,
        **others,
    }


def login(server: MariaDb, **others: str) -> dict[str, str]:
    return {"username": server.access.user, "password": server.access.password, **others}


def ask(server: MariaDb, sql: str) -> dict[str, Any]:
    found = query.answers(job(server, sql), login(server))
    assert found["error"] == ""
    (answer,) = found["answers"]
    return {name: value for name, value in answer.items() if name != "name"}


@pytest.mark.parametrize(
    ("sql", "answer"),
    [
        ("SELECT COUNT(*) FROM orders", {"rows": 1, "columns": 1, "value": "3"}),
        ("SELECT note FROM orders WHERE id = 2", {"rows": 1, "columns": 1, "value": "größer"}),
        ("SELECT note FROM orders WHERE id = 3", {"rows": 1, "columns": 1, "value": None}),
        ("SELECT '' FROM orders WHERE id = 1", {"rows": 1, "columns": 1, "value": ""}),
        ("SELECT id FROM orders WHERE id > 3", {"rows": 0, "columns": 0, "value": None}),
        ("SELECT id, note FROM orders ORDER BY id", {"rows": 2, "columns": 2, "value": "1"}),
        ("SELECT REPEAT('x', 70000)", {"rows": 1, "columns": 1, "value": "x" * 200}),
    ],
)
def test_an_answer_is_told_by_its_shape_and_first_value(
    sql: str, answer: dict[str, Any], server: MariaDb
) -> None:
    assert ask(server, sql) == answer


def test_what_the_server_refuses_is_told_and_the_next_question_asked(server: MariaDb) -> None:
    found = query.answers(job(server, "SELECT x FROM nowhere", "SELECT 1"), login(server))
    wrong, right = found["answers"]
    assert wrong["error"].startswith("Table 'shop.nowhere' doesn't exist (error 1146)")
    assert right["value"] == "1"


def test_nothing_can_be_changed(server: MariaDb) -> None:
    """Whatever a question is: settings refuse those that are no SELECT, too."""
    link = query.connect(job(server), login(server))
    with pytest.raises(ServerError, match="READ ONLY transaction") as refusal:
        link.ask("INSERT INTO orders VALUES (4, 'x')")
    link.close()
    assert refusal.value.code == 1792
    assert server.administer("SELECT COUNT(*) FROM shop.orders").strip() == "3"


def test_a_wrong_password_is_told(server: MariaDb) -> None:
    found = query.answers(job(server, "SELECT 1"), login(server, password="wrong"))
    assert found["answers"] == []
    assert found["error"].startswith("Access denied for user 'shop'")


def test_a_password_that_is_not_in_force_yet_is_tried_again(
    server: MariaDb, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(_: float) -> None:
        server.administer("ALTER USER shop IDENTIFIED BY 'new' REQUIRE SSL")

    before = login(server)["password"]
    monkeypatch.setattr("time.sleep", change)
    found = query.answers(job(server, "SELECT 1", patience=60), login(server, password="new"))
    server.administer(f"ALTER USER shop IDENTIFIED BY '{before}' REQUIRE SSL")
    assert [each["value"] for each in found["answers"]] == ["1"]


def test_a_server_with_a_strange_certificate_is_given_no_password(
    server: MariaDb, tmp_path: Path
) -> None:
    other = tmp_path / "other.pem"
    other.write_text(Authority().pem, encoding="ascii")
    found = query.answers(job(server, "SELECT 1", authorities=str(other)), login(server))
    assert "certificate verify failed" in found["error"]


def test_nobody_who_listens(server: MariaDb) -> None:
    found = query.answers(job(server, "SELECT 1", port=1), login(server))
    assert "Connection refused" in found["error"]


def test_the_script_takes_its_job_as_an_argument_and_the_login_from_its_input(
    server: MariaDb,
) -> None:
    code, argument = Path(query.__file__).read_text("utf-8"), json.dumps(job(server, "SELECT 1"))
    finished = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code, argument],
        input=json.dumps(login(server)),
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(finished.stdout)["answers"][0]["value"] == "1"


def test_the_script_is_for_the_python_of_an_instance() -> None:
    """Its grammar; and nothing but the standard library."""
    major, minor = map(int, OLDEST.split("."))
    source = Path(query.__file__).read_text("utf-8")
    tree = ast.parse(source, feature_version=(major, minor))
    nodes = list(ast.walk(tree))
    imported = {each.name for node in nodes if isinstance(node, ast.Import) for each in node.names}
    imported |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    assert imported <= set(sys.stdlib_module_names)
