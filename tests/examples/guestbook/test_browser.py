from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import Browser, chromium
from tests.examples.guestbook.site import Site

pytestmark = pytest.mark.slow

# The contrast of the text to what is behind it, by WCAG 2.2, for every element that has text.
CONTRASTS = """
(() => {
  const light = c => c.map(v => v / 255).map(
    v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4
  ).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const parts = color => color.match(/[\\d.]+/g).map(Number);
  const behind = e => {
    for (; e; e = e.parentElement) {
      const c = parts(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] === 1) return c.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const e of document.querySelectorAll('body *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!own && !e.matches('input, textarea')) continue;
    const a = light(parts(getComputedStyle(e).color).slice(0, 3)), b = light(behind(e));
    found.push([e.outerHTML.slice(0, 60), (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)]);
  }
  return found;
})()
"""


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    with chromium(tmp_path) as started:
        yield started


def texts(browser: Browser) -> str:
    found: str = browser.value("document.querySelector('#messages').innerText")
    return found


def sign(browser: Browser, name: str, message: str) -> None:
    """As somebody does who has a keyboard only."""
    browser.value("document.querySelector('#name').focus()")
    browser.type(name)
    browser.press("Tab")
    browser.type(message)
    browser.press("Tab")
    browser.submit()


def test_a_message_is_there_after_it_was_written_and_after_a_reload(
    browser: Browser, site: Site
) -> None:
    browser.open(site.origin)
    sign(browser, "Grace", "Written in a browser")
    assert browser.value("location.pathname + location.hash") == "/#messages"
    assert texts(browser).count("Written in a browser") == 1
    browser.reload()
    assert texts(browser).count("Written in a browser") == 1
    assert "Grace" in texts(browser)
    assert browser.complaints == []


def test_it_works_without_scripts(browser: Browser, site: Site) -> None:
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(site.origin)
    assert browser.value("document.scripts.length") == 0
    sign(browser, "Grace", "Written without scripts")
    assert "Written without scripts" in texts(browser)


def test_what_is_missing_is_told_beside_the_field(browser: Browser, site: Site) -> None:
    browser.open(site.origin)
    sign(browser, "Grace", "   ")
    assert browser.value("document.title") == "Not stored yet: Guest book"
    described = "document.getElementById(document.querySelector('#message')"
    assert (
        browser.value(f"{described}.getAttribute('aria-describedby')).innerText")
        == "Please write a message."
    )
    assert browser.value("document.querySelector('#name').value") == "Grace"


def test_a_hostile_message_does_nothing(browser: Browser, site: Site) -> None:
    hostile = "<img src=x onerror='document.title=1'><script>document.title=2</script>"
    browser.open(site.origin)
    sign(browser, hostile, hostile)
    assert browser.value("document.title") == "Guest book"
    assert texts(browser).count(hostile) == 2
    assert browser.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_can_be_read(browser: Browser, site: Site, scheme: str) -> None:
    site.sign("Grace", "Something to read")
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.call("Emulation.setEmulatedMedia", features=features)
    browser.open(site.origin)
    contrasts = browser.value(CONTRASTS)
    assert len(contrasts) > 8
    assert [each for each in contrasts if each[1] < 4.5] == []
    dark = browser.value("getComputedStyle(document.body).backgroundColor") == "rgb(17, 21, 27)"
    assert dark is (scheme == "dark")


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_is_wider_than_the_screen(browser: Browser, site: Site, width: int) -> None:
    site.sign("W" * 80, "w" * 500)
    browser.call(
        "Emulation.setDeviceMetricsOverride",
        width=width,
        height=800,
        deviceScaleFactor=1,
        mobile=width < 500,
    )
    browser.open(site.origin)
    assert browser.value("document.documentElement.scrollWidth") <= width


def test_every_control_has_a_name_and_shows_where_the_focus_is(
    browser: Browser, site: Site
) -> None:
    browser.open(site.origin)
    nodes = browser.call("Accessibility.getFullAXTree")["nodes"]
    roles = {"textbox", "button", "link"}
    controls = [
        node["name"]["value"]
        for node in nodes
        if not node["ignored"] and node["role"]["value"] in roles
    ]
    assert {"Your name", "Message", "Sign the guest book", "Guest book"} <= set(controls)
    assert all(controls)
    browser.press("Tab")
    assert browser.value("document.activeElement.className") == "skip"
    browser.press("Tab")
    assert browser.value("getComputedStyle(document.activeElement).outlineStyle") == "solid"
