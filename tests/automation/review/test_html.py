"""The page in a real browser, from disk."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from automation.diagram.command import COMMITTED
from automation.review import Review, html
from tests.automation.review.reviewing import entry, many, plan, recorded, reviewed
from tests.browser import Browser, chromium
from tests.promises import SHIPPED

VISIBLE = "[...document.querySelectorAll('details.change')].filter(each => !each.hidden)"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("profile")) as started:
        started.call(
            "Network.emulateNetworkConditions",
            offline=True,
            latency=0,
            downloadThroughput=0,
            uploadThroughput=0,
        )
        yield started


def show(browser: Browser, folder: Path, review: Review, svg: str | None = None) -> None:
    file = folder / "review.html"
    file.write_text(html.render(review, svg=svg), encoding="utf-8")
    browser.complaints.clear()
    browser.open(file.as_uri())


def test_it_opens_from_disk_and_shows_the_picture(browser: Browser, tmp_path: Path) -> None:
    plans: dict[str, Any] = {
        "security": plan(),
        "network": {**recorded("cidr_changed"), **plan_links("security")},
        "database": {**recorded("tag_only"), **plan_links("security", "network")},
    }
    show(browser, tmp_path, reviewed(**plans))
    assert browser.value("document.title") == "Plan of prod"
    box = "document.querySelector('#picture svg').getBoundingClientRect()"
    assert browser.value(f"{box}.width") > 300
    assert browser.value(f"{box}.height") > 50
    assert browser.value("document.querySelectorAll('#picture .tier').length") == 3
    assert browser.value("document.querySelectorAll('#picture .reads').length") == 2
    stroke = "getComputedStyle(document.querySelector('#picture .tier-{} rect')).stroke"
    colours = [browser.value(stroke.format(each)) for each in plans]
    assert len(set(colours)) == 3
    assert "rgb(198, 40, 40)" in colours
    assert browser.value("performance.getEntriesByType('resource').length") == 0
    assert browser.complaints == []


def plan_links(*upstreams: str) -> dict[str, object]:
    return {"configuration": plan(upstreams=upstreams)["configuration"]}


def test_filters(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, many(80))
    assert browser.value(f"{VISIBLE}.length") == 80
    choose(browser, "stack", "network")
    assert browser.value(f"{VISIBLE}.every(each => each.dataset.stack == 'network')")
    assert browser.value(f"{VISIBLE}.length") == 20
    assert browser.value("document.querySelectorAll('main section:not([hidden])').length") == 1
    browser.value("document.querySelector('input[name=risk][value=routine]').click()")
    assert browser.value(f"{VISIBLE}.length") == 12
    browser.value("document.querySelector('input[name=action][value=destroy]').click()")
    assert browser.value(f"{VISIBLE}.length") == 8
    assert browser.value("document.getElementById('count').value") == "8 of 80 changes"
    choose(browser, "text", "SUBNET")
    assert browser.value(f"{VISIBLE}.length") == 4
    choose(browser, "stack", "")
    assert browser.value(f"{VISIBLE}.length") == 16


def choose(browser: Browser, field: str, value: str) -> None:
    browser.value(
        f"document.getElementById('{field}').value = '{value}';"
        f"document.getElementById('{field}').dispatchEvent(new Event('input', {{bubbles: true}}))"
    )


def test_a_tier_in_the_picture_filters(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, many(40))
    click = "document.querySelector('#picture .tier-database rect')"
    browser.value(f"{click}.dispatchEvent(new MouseEvent('click', {{bubbles: true}}))")
    assert browser.value("document.getElementById('stack').value") == "database"
    assert browser.value(f"{VISIBLE}.length") == 10
    browser.value("document.querySelector('#tiers button[value=database]').click()")
    assert browser.value(f"{VISIBLE}.length") == 40


def test_another_picture_is_marked_too(browser: Browser, tmp_path: Path) -> None:
    svg = (
        '<?xml version="1.0"?>\n<!-- drawn -->\n<svg xmlns="http://www.w3.org/2000/svg" '
        'viewBox="0 0 9 9"><g class="tier-network"><rect width="4" height="4"/></g>'
        '<g id="tier-security"><rect width="4" height="4"/></g></svg>'
    )
    show(browser, tmp_path, many(8), svg)
    assert browser.value("document.querySelectorAll('#picture svg').length") == 1
    for place in (".tier-network", "#tier-security"):
        glow = browser.value(
            f"getComputedStyle(document.querySelector('#picture {place} rect')).filter"
        )
        assert "drop-shadow" in glow


def test_every_tier_that_changes_glows_in_the_platforms_own_picture(
    browser: Browser, tmp_path: Path
) -> None:
    svg = COMMITTED.read_text(encoding="utf-8")
    plans: dict[str, Any] = {name: recorded("tag_only") for name in SHIPPED}
    show(browser, tmp_path, reviewed(**plans), svg)
    for name in SHIPPED:
        parts = f"[...document.querySelectorAll('#picture .tier-{name} rect')]"
        glowing = f"{parts}.some(each => getComputedStyle(each).filter.includes('drop-shadow'))"
        assert browser.value(glowing), name
    assert browser.complaints == []


def test_2000_changes_render_in_under_two_seconds(browser: Browser, tmp_path: Path) -> None:
    browser.call("Performance.enable", timeDomain="threadTicks")
    before = browser.busy_seconds()
    show(browser, tmp_path, many(2000))
    browser.value("document.body.getBoundingClientRect().height")
    assert browser.value(f"{VISIBLE}.length") == 2000
    # Of the page's own thread on a core: whatever else runs on this machine counts for nothing.
    took = browser.busy_seconds() - before
    assert 0 < took < 2


def test_what_is_the_same_of_many_is_one_entry_that_counts_and_is_found(
    browser: Browser, tmp_path: Path
) -> None:
    tags = {"tags": {"Owner": "us"}}, {"tags": {"Owner": "them"}}
    changes = [entry("aws_x", ["update"], *tags, name=f"n{n}") for n in range(139)]
    drift = [entry("aws_x", ["update"], *tags, name="changed_by_hand")]
    found = plan(*changes, entry("aws_y", ["create"], None, {})) | {"resource_drift": drift}
    show(browser, tmp_path, reviewed(network=found))
    assert browser.value(f"{VISIBLE}.length") == 2
    assert browser.value("document.getElementById('count').value") == "140 of 140 changes"
    assert browser.value("document.querySelectorAll('.also li').length") == 138
    choose(browser, "text", "aws_x.n137")
    assert browser.value("document.getElementById('count').value") == "139 of 140 changes"
    assert "aws_x.changed_by_hand" in browser.value("document.getElementById('drift').textContent")
    assert browser.complaints == []


def test_values_are_text_and_nothing_else(browser: Browser, tmp_path: Path) -> None:
    hostile = "</script><script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>"
    change = entry("aws_x", ["create"], None, {hostile: hostile}, name=hostile)
    show(browser, tmp_path, reviewed(network=plan(change)))
    assert browser.value("window.hacked === undefined")
    assert browser.value("document.querySelectorAll('img').length") == 0
    assert hostile in browser.value("document.querySelector('td.new').textContent")
    assert browser.complaints == []
