"""Every alarm leads to a page that says what to do, and every page is about an alarm.

That its commands exist, and take their arguments, is looked at as in every other document.
"""

import re

import pytest
from pydantic import BaseModel

from config import Settings
from config.allowed import section_of
from tests.conftest import ENVIRONMENTS, OPTIONS, Tiers
from tests.documents.pages import Command, inline, read
from tests.processes import PROJECT
from tests.promises import every

FOLDER = "docs/runbooks"
INDEX = f"{FOLDER}/README.md"
PAGES = sorted(
    f"{FOLDER}/{file.name}" for file in (PROJECT / FOLDER).glob("*.md") if file.name != "README.md"
)
ALARMS = ("aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm")
# A page is read at night: these in this order, and no more lines than a screen has.
SECTIONS = ["What visitors notice", "Likely causes", "Look", "Roll back"]
SCREEN = 40
_PAGE = re.compile(r" Runbook: (\S+)$")
_SETTING = re.compile(rf"({'|'.join(Settings.model_fields)})\.[a-z]")
_QUERY = re.compile(r"saved\s+query\s+`([a-z-]+)`", re.I)


def described(platform: Tiers) -> dict[str, str]:
    """The descriptions of all alarms, by their names."""
    return {
        each["alarm_name"]: each["alarm_description"] for _, _, each in every(platform, *ALARMS)
    }


def page(description: str) -> str:
    found = _PAGE.search(description)
    return found[1] if found else ""


def test_every_alarm_leads_to_a_page_that_is_there(platform: Tiers) -> None:
    assert {
        name: page(text) for name, text in described(platform).items() if page(text) not in PAGES
    } == {}


def test_every_description_is_as_short_as_aws_wants_it(platform: Tiers) -> None:
    """Wherever the pages are: a place has at most 500 characters."""
    assert max(len(text) for text in described(platform).values()) + 500 <= 1024


@pytest.fixture(scope="module")
def platforms(request: pytest.FixtureRequest) -> list[Tiers]:
    platform_of = request.getfixturevalue("platform_of")
    return [platform_of(each) for each in (*ENVIRONMENTS, OPTIONS)]


def test_every_page_is_about_an_alarm(platforms: list[Tiers]) -> None:
    known = {page(text) for tiers in platforms for text in described(tiers).values()}
    assert sorted(set(PAGES) - known) == []


def test_the_dashboard_leads_to_the_page_of_each_alarm_that_it_shows(platform: Tiers) -> None:
    monitoring = platform["monitoring"]
    body = monitoring.only("aws_cloudwatch_dashboard")["dashboard_body"]
    for text in described({"monitoring": monitoring}).values():
        assert f"- {page(text)}" in body


@pytest.mark.parametrize("document", PAGES)
def test_a_page_answers_the_same_questions_on_one_screen(document: str) -> None:
    text = read(document)
    assert re.findall(r"^## (.+)$", text, re.M) == SECTIONS
    assert all(section.strip() for section in re.split(r"^## .+$", text, flags=re.M))
    assert len(text.splitlines()) <= SCREEN
    looked = text.partition("## Look\n")[2].partition("\n## ")[0]
    assert any(" " in each.text for each in inline(document, looked)), "it names no command"


@pytest.mark.parametrize("document", PAGES)
def test_settings_are_there_by_the_names_that_a_page_gives(document: str) -> None:
    for each in inline(document):
        if _SETTING.match(each.text):
            section: type[BaseModel] | None = Settings
            *sections, key = each.text.split(" = ")[0].split(".")
            for name in sections:
                assert section is not None
                section = section_of(section.model_fields[name])
            assert section is not None
            assert key in section.model_fields, str(each)


@pytest.mark.parametrize("document", PAGES)
def test_the_index_leads_to_every_page(document: str) -> None:
    assert f"]({document.removeprefix(f'{FOLDER}/')})" in read(INDEX)


def test_the_saved_queries_are_those_that_the_pages_name(platforms: list[Tiers]) -> None:
    saved = {
        re.sub(r"^[a-z]+-[0-9a-z]+-", "", query["name"])
        for tiers in platforms
        for _, _, query in every(tiers, "aws_cloudwatch_query_definition")
    }
    named = {query for document in PAGES for query in _QUERY.findall(read(document))}
    assert saved == named


def test_what_aws_is_asked_is_about_what_there_is(platforms: list[Tiers]) -> None:
    """Names behind `$PREFIX` are those of resources."""
    text = "".join(stack.text for tiers in platforms for stack in tiers.values())
    commands: list[Command] = [each for document in PAGES for each in inline(document)]
    for command in commands:
        for name in re.findall(r"\$PREFIX([-/a-z]+)", command.text):
            assert re.search(rf"[a-z]+-[0-9a-z]+{name}\b", text), str(command)
