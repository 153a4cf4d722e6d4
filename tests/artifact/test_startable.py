"""What an instance could never start is refused as it is packed."""

import struct
from collections.abc import Mapping
from pathlib import Path

import pytest

from artifact.archive import Entry
from artifact.startable import faults

DIRECTORY = Path("shop")
PROCFILE = DIRECTORY / "Procfile"
PACKAGES = ("java-21-amazon-corretto-headless", "nodejs22", "python3.11")


UVICORN = {"requirements.txt": b"uvicorn==0.34.0"}
LOCK = b'{"packages": {"node_modules/shop": {}, "node_modules/dev": {"dev": true}}}'


def elf(machine: int) -> bytes:
    return b"\x7fELF" + bytes(14) + struct.pack("<H", machine) + bytes(40)


def found(
    web: str, files: Mapping[str, bytes] | None = None, *, executable: bool = True
) -> list[str]:
    entries = [
        Entry(path=f"app/{name}", content=content, executable=executable)
        for name, content in (files or {}).items()
    ]
    return list(faults(DIRECTORY, {"web": web}, entries, architecture="arm64", packages=PACKAGES))


@pytest.mark.parametrize(
    ("web", "files"),
    [
        ("./server", {"server": elf(0xB7)}),
        ("bin/server --port $PORT", {"bin/server": elf(0xB7)}),
        ("exec ./run", {"run": b"#!/bin/sh\n"}),
        ("NODE_ENV=production node server.js", {"server.js": b""}),
        ("cd shop && node server.js", {"shop/server.js": b""}),
        ("node --enable-source-maps dist/main.mjs", {"dist/main.mjs": b""}),
        ("python -m shop.web", {"shop/web.py": b""}),
        ("python -m shop", {"shop.py": b""}),
        ("python -m http.server $PORT", {}),
        ("python -m gunicorn shop:app", {"requirements.txt": b"gunicorn==23.0.0"}),
        ("gunicorn -b 0.0.0.0:$PORT shop:app", {"requirements.txt": b"Gunicorn==23.0.0"}),
        ("uvicorn shop:app --host=0.0.0.0 --port=$PORT", {"requirements.txt": b"uvicorn[x]==1"}),
        ("flask --app shop run -p $PORT", {"requirements.txt": b"flask==3.1.0"}),
        ("gunicorn -b :9000 -b :$PORT a:b", {"gunicorn/__init__.py": b""}),
        ("./run --host localhost --port 8000", {"run": b"#!"}),
        ("PATH=bin:$PATH deno run shop.ts", {}),
        ("PATH=bin:$PATH node shop.js", {}),
        ("npm start", {"server.js": b""}),
        ("npm --prefix web start", {"web/package.json": b""}),
        ("python -m tool", {"requirements.txt": b""}),
        ("node node_modules/shop/main.js", {"package-lock.json": LOCK}),
        ("npm start", {"package.json": b'{"scripts": {"start": "node a.js"}}', "a.js": b""}),
        ("next start", {"requirements.txt": b"", ".next/BUILD_ID": b""}),
        ("python3.9 shop.py", {"shop.py": b""}),
        ("java -jar shop.jar", {"shop.jar": b""}),
        ("/usr/bin/caddy run", {}),
        ("node server.js | cat", {"server.js": b""}),
        ("python manage.py 'unbalanced", {}),
    ],
)
def test_what_may_start_is_packed(web: str, files: Mapping[str, bytes]) -> None:
    assert found(web, files) == []


@pytest.mark.parametrize(
    ("web", "files", "said"),
    [
        ("./server", {}, "starts ./server, which is not in the directory: build it"),
        ("./server", {"server": elf(0x3E)}, "starts ./server, which is for x86_64: build it for "),
        ("./server", {"server": elf(0x08)}, "starts ./server, which is for another machine: "),
        ("./server", {"server": b"\xcf\xfa\xed\xfe"}, "which is for macOS: build it for Linux on "),
        (
            "./server.exe",
            {"server.exe": b"MZ"},
            "which is for Windows: build it for Linux on arm64",
        ),
        ("node dist/main.js", {"main.js": b""}, "runs dist/main.js, which is not in the directory"),
        ("python shop.py", {}, "runs shop.py, which is not in the directory: build it, or "),
        ("python3 -m shop.web", {"web.py": b""}, "runs the module shop.web, which is neither in "),
        ("gunicorn shop:app", {}, "starts gunicorn, which no requirements.txt of the directory "),
        ("waitress-serve s:a", {"requirements.txt": b"flask==3"}, "starts waitress-serve, which "),
        (
            "uvicorn a:b --port=$PORT --host 127.0.0.1",
            UVICORN,
            "listens on 127.0.0.1 alone, which the load ",
        ),
        (
            "python -m uvicorn --port $PORT --host=::1",
            UVICORN,
            "listens on ::1 alone, which the load ",
        ),
        (
            "uvicorn a:b --host 0.0.0.0 --port 8000",
            UVICORN,
            "listens on 8000, whatever PORT is: write $PORT in ",
        ),
        ("uvicorn a:b", UVICORN, "starts uvicorn, which listens on 8000 unless it is told: write "),
        ("npm run serve", {"package.json": b"[]"}, "and package.json has no script serve"),
        ("npx serve", {}, "starts npx serve, which would download it on an instance: lock it in "),
        ("node node_modules/dev/a.js", {"package-lock.json": LOCK}, "locks no such package for "),
        ("./node_modules/.bin/serve", {}, "starts serve by node_modules/.bin, which no release "),
        ("ruby shop.rb", {"shop.rb": b""}, "starts ruby, which none of application.app.packages "),
        ("python3.12 a.py", {"a.py": b""}, "(java-21-amazon-corretto-headless, nodejs22, python3"),
    ],
)
def test_what_could_never_start_is_refused(web: str, files: Mapping[str, bytes], said: str) -> None:
    (fault,) = found(web, files)
    assert fault.startswith(f"{PROCFILE}: `web` ")
    assert said in fault


def test_a_script_of_npm_lacks_its_language_once() -> None:
    manifest = Entry(path="app/package.json", content=b'{"scripts": {"start": "node a.js"}}')
    script = Entry(path="app/a.js", content=b"")
    told = faults(
        DIRECTORY, {"web": "npm start"}, [manifest, script], architecture="arm64", packages=()
    )
    assert list(told) == [
        f"{PROCFILE}: `web` starts npm, which none of application.app.packages brings (none): add "
        "one, such as nodejs22"
    ]


def test_a_program_that_may_not_be_executed_is_refused() -> None:
    assert found("./server", {"server": elf(0xB7)}, executable=False) == [
        f"{PROCFILE}: `web` starts ./server, which may not be executed: `chmod +x ./server`"
    ]


def test_dependencies_that_nothing_locks_are_refused_with_the_command_that_does() -> None:
    manifest = b'[project]\ndependencies = ["flask"]\n'
    (fault,) = found("gunicorn shop:app", {"pyproject.toml": manifest})
    assert fault == (
        "shop/pyproject.toml names dependencies, and requirements.txt is missing: run `uv export "
        "--format requirements-txt --no-dev --no-emit-project -o requirements.txt`, or "
        "`pip-compile --generate-hashes -o requirements.txt pyproject.toml`"
    )
    poetry = b'[tool.poetry.dependencies]\npython = "^3.11"\n'
    assert found("./run", {"pyproject.toml": poetry, "run": b"#!/bin/sh\n"}) == []
    (fault,) = found("gunicorn a:b", {"pyproject.toml": poetry + b'flask = "^3"\n'})
    assert "names dependencies" in fault
    assert found("shop", {"pyproject.toml": manifest, "requirements.txt": b""}) == []
    assert found("./run", {"pyproject.toml": b"[tool.ruff]\n", "run": b"#!/bin/sh\n"}) == []
