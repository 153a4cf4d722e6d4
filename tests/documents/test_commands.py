"""Every command in the documents is there as it is written, and none is of an unknown kind."""

import os
import re

import pytest

from tests.automation.commands import OPTIONS
from tests.documents.kinds import UnknownKindError, check, is_command, words_of
from tests.documents.pages import LANGUAGES, Command, blocks, documents, inline, read, script
from tests.documents.scripts import LEAVING, PRODUCTION, UPGRADE
from tests.processes import PROJECT, run

# Pages that a test types as they are written, from the first command to the last.
SCRIPTS = (PRODUCTION, UPGRADE, LEAVING)


def in_blocks(document: str) -> list[Command]:
    return script(document)


def in_sentences(document: str) -> list[Command]:
    return [command for command in inline(document) if is_command(command)]


def every() -> list[Command]:
    return [each for name in documents() for each in (*in_blocks(name), *in_sentences(name))]


# The same command in several places is looked at once.
COMMANDS = {command.text: command for command in reversed(every())}
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def made_up(text: str) -> Command:
    return Command("page.md", 1, text, block=True)


@pytest.mark.parametrize("text", sorted(COMMANDS))
def test_a_command_is_there_as_it_is_written(text: str) -> None:
    check(COMMANDS[text])


QUICK = {"make help", "python -m automation --help", "python -m automation app --check"}


@pytest.mark.parametrize("text", sorted(QUICK))
def test_a_command_that_only_tells_tells(text: str) -> None:
    path = f"{PROJECT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    finished = run("bash", "-c", text, PATH=path)
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout
    assert text in COMMANDS


def test_make_alone_rehearses() -> None:
    """The pages' readers are not told, and no test types it: rehearsals have tests of their own."""
    finished = run("make", "-n", APP_ENV="dev")
    assert re.search(r'-m automation rehearse( --env "dev")?\s*$', finished.stdout)


def test_what_works_on_an_account_is_typed_by_a_test() -> None:
    typed = {command.text for page in SCRIPTS for command in script(page)}
    left = [
        str(command)
        for command in every()
        if (command.block or command.text.startswith("python -m automation "))
        and words_of(command)[0] not in ("make", "cdktf")
        and command.text not in typed | QUICK
    ]
    assert left == [], f"add them to one of {', '.join(SCRIPTS)}"


@pytest.mark.parametrize(
    "text",
    [
        "python -m automation dance",
        "python -m automation deploy --fast",
        "python -m automation plan --env nope",
        "python -m automation --fast plan",
        "python -m nothing.here",
        "import cdktf_cdktf_provider_aws.nothing",
        "terrace dance",
        "python nothing.py",
        "rollback --to",
        "make dinner",
        "cdktf dance",
        "git dance",
        "aws dance now",
        "aws rds dance",
        "aws rds describe-events --fast",
        "aws backup describe-backup-job",
        "pytest -m weekly",
        "pytest tests/test_nothing.py",
    ],
)
def test_a_command_that_is_not_there_is_told_with_its_place(text: str) -> None:
    with pytest.raises(AssertionError, match=re.escape(f"page.md:1: {text}: ")):
        check(made_up(text))


@pytest.mark.parametrize("text", ["frobnicate --all", "docker compose up", "A=b npm start"])
def test_a_command_of_an_unknown_kind_is_refused(text: str) -> None:
    assert is_command(made_up(text))
    with pytest.raises(UnknownKindError, match=r"page\.md:1: .*teach tests/documents/kinds\.py"):
        check(made_up(text))


@pytest.mark.parametrize(
    "text",
    [
        "application.app.directory",
        "database.managed_password = false",
        "bootstrap(session, settings)",
        "GET /healthz",
        ">= 5.100.0, < 7.0.0",
        "--env dev",
        "web: python -m shop",
        "an open 'quote",
    ],
)
def test_not_all_that_is_in_code_is_a_command(text: str) -> None:
    assert not is_command(made_up(text))


@pytest.mark.parametrize("document", documents())
def test_options_in_code_are_those_of_a_command(document: str) -> None:
    known = {option for options in OPTIONS.values() for option in options}
    for each in inline(document):
        if each.text.startswith("--") and not each.text.startswith("-- "):
            option = re.split(r"[ =]", each.text)[0]
            assert option in known | {"--help", "--debug", "--version"}, str(each)


@pytest.mark.parametrize("document", documents())
def test_blocks_say_what_they_are(document: str) -> None:
    assert [str(block) for block in blocks(document) if block.language not in LANGUAGES] == []


@pytest.mark.parametrize("document", documents())
def test_links_lead_somewhere(document: str) -> None:
    folder = (PROJECT / document).parent
    text = re.sub(r"^```.*?^```", "", read(document), flags=re.M | re.S)
    links = [link for link in LINK.findall(text) if "://" not in link]
    assert [link for link in links if not (folder / link).exists()] == []


def test_a_block_is_read_without_comments_and_with_lines_that_go_on() -> None:
    text = "Do:\n\n```sh\n# first\nmake            # all of it\n  plan \\\n  --out x\n```\n"
    (block,) = blocks("page.md", text)
    assert [(each.line, each.text) for each in block.commands] == [(5, "make"), (7, "plan --out x")]
    assert inline("page.md", text) == []


def test_code_in_a_sentence_may_go_on_in_the_next_line() -> None:
    text = "Say `deploy\n--yes`, not `make`.\n\nA lone ` is none.\n\n`a b`"
    assert [(each.line, each.text) for each in inline("page.md", text)] == [
        (1, "deploy --yes"),
        (2, "make"),
        (6, "a b"),
    ]


def test_a_block_without_an_end_is_refused() -> None:
    with pytest.raises(AssertionError, match=r"page\.md:1: the block has no end"):
        blocks("page.md", "```sh\nmake\n")
