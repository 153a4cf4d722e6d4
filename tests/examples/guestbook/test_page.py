import re
from html.parser import HTMLParser
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from automation.app.database import MariaDb
from tests.examples.guestbook.site import Answer, Site

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    "'); DROP TABLE messages; --",
    "' OR '1'='1",
    "\\'; SELECT SLEEP(9); #",
    "%s %(name)s ? :name",
    "a 💬 מימין ב",
)


class Elements(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[str] = []
        self.data = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += [name for name, _ in attrs]

    def handle_data(self, data: str) -> None:
        self.data += data


def stored(database: MariaDb, condition: str) -> int:
    return int(database.administer(f"SELECT COUNT(*) FROM guestbook.messages WHERE {condition}"))  # noqa: S608


def test_a_message_is_shown_after_it_was_sent(site: Site) -> None:
    sent = site.sign("Ada", "Hello\r\n  from here  ")
    assert (sent.status, sent.headers["location"]) == (303, "/#messages")
    page = site.get().text
    assert ">Ada</h3>" in page
    assert ">Hello\n  from here</p>" in page


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_is_written_is_shown_as_it_was_written(site: Site, text: str) -> None:
    before = Elements(site.get().text)
    assert site.sign(text, text).status == 303
    after = Elements(site.get().text)
    assert after.data.count(text) == 2
    assert set(after.names) <= {*before.names, "article", "h3", "p", "time"}
    assert not [name for name in after.attributes if name.startswith("on")]


def test_a_form_that_is_sent_twice_is_stored_once(site: Site, database: MariaDb) -> None:
    submission = uuid4().hex
    for _ in range(2):
        assert site.sign("Twice", "once", submission=submission).status == 303
    assert stored(database, f"submission = '{submission}'") == 1


@pytest.mark.parametrize(
    ("name", "message", "complaint"),
    [
        ("", "x", "Please write your name."),
        (" \n ", "x", "Please write your name."),
        ("x", "", "Please write a message."),
        ("x" * 81, "x", "Please use at most 80 characters; these are 81."),
        ("x", "x" * 1001, "Please use at most 1000 characters; these are 1001."),
        ("x", "bell \x07", "Please leave out characters that cannot be shown."),
    ],
)
def test_what_cannot_be_stored_is_given_back(
    site: Site, name: str, message: str, complaint: str
) -> None:
    answer = site.sign(name, message)
    assert answer.status == 422
    assert complaint in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert 'role="alert"' in answer.text
    assert f'value="{" ".join(name.split())}"' in answer.text


def test_the_longest_message_is_stored(site: Site) -> None:
    assert site.sign("🖋" * 80, "🖋" * 1000).status == 303


def test_older_messages_are_on_pages_of_their_own(site: Site) -> None:
    for number in range(25):
        site.sign("Many", f"number {number}.")
    first = site.get().text
    assert first.count("<article") == 20
    assert "number 24." in first
    found = re.search(r'href="(/\?before=\d+)#messages"', first)
    assert found
    second = site.get(found[1]).text
    assert "number 4." in second
    assert "number 24." not in second
    assert "There are no older ones." in site.get("/?before=1").text


@pytest.mark.parametrize("before", ["", "x", "-1", "1e3", "\u0661", "9" * 19, "1;DROP"])
def test_there_is_no_page_below_what_is_no_number(site: Site, before: str) -> None:
    assert site.get(f"/?{urlencode({'before': before})}").status == 404


def own(site: Site) -> dict[str, str]:
    return {"Origin": site.origin}


FIELDS = urlencode({"name": "Mallory", "message": "I was not here"})


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Sec_Fetch_Site": "none"},
    ],
)
def test_other_sites_cannot_make_a_visitor_write(
    site: Site, database: MariaDb, headers: dict[str, str]
) -> None:
    answer = site.send(FIELDS, **headers)
    assert answer.status == 403
    assert "The form was not sent from the guest book&#39;s own page." in answer.text
    assert stored(database, "name = 'Mallory'") == 0


def test_a_claim_of_the_same_origin_does_not_outweigh_what_the_browser_says(site: Site) -> None:
    headers = {**own(site), "Sec_Fetch_Site": "cross-site"}
    assert site.send(FIELDS, **headers).status == 403


@pytest.mark.parametrize(
    ("body", "headers", "status", "detail"),
    [
        (FIELDS, {"Content_Type": "text/plain"}, 415, "Send the form as the page does."),
        ("message=" + "x" * 20000, {}, 413, "That is more than a message can hold."),
        ("name=%ff&message=x", {}, 400, "The form cannot be read."),
        ("&".join("a=b" for _ in range(9)), {}, 400, "The form cannot be read."),
        (b"name=\xff", {}, 400, "The form cannot be read."),
    ],
)
def test_what_is_no_such_form_is_refused(
    site: Site, body: str | bytes, headers: dict[str, str], status: int, detail: str
) -> None:
    answer = site.send(body, **{**own(site), **headers})
    assert answer.status == status
    assert detail in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("PUT", "/", 405), ("GET", "/static/../Procfile", 404)],
)
def test_faults_have_a_page_with_the_number_of_the_request(
    site: Site, method: str, path: str, status: int
) -> None:
    answer = site.request(method, path)
    assert answer.status == status
    assert answer.headers["x-request-id"] in answer.text
    assert "Back to the guest book" in answer.text


def checked(answer: Answer) -> None:
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'; script-src 'none'" in policy
    assert "form-action 'self'; frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "server" not in answer.headers
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/nothing", "/healthz", "/readyz"])
def test_every_answer_is_guarded_and_fresh(site: Site, path: str) -> None:
    answer = site.get(path)
    checked(answer)
    assert answer.headers["cache-control"] == "no-store"


def test_static_files_can_be_kept_for_good(site: Site) -> None:
    address = re.search(r'href="(/static/style\.[0-9a-f]{12}\.css)"', site.get().text)
    assert address
    answer = site.get(address[1])
    checked(answer)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"


def test_a_line_is_logged_for_each_request_with_its_number(site: Site) -> None:
    number = uuid4().hex
    answer = site.get("/?before=7", X_Request_ID=number)
    assert answer.headers["x-request-id"] == number
    line = site.line(request_id=number)
    told = {name: line[name] for name in ("level", "message", "method", "path", "status")}
    assert told == {
        "level": "INFO",
        "message": "request",
        "method": "GET",
        "path": "/",
        "status": 200,
    }


def test_the_load_balancers_number_is_used_and_a_forged_one_is_not(site: Site) -> None:
    root = "Root=1-67891233-abcdef012345678912345678"
    assert site.get(X_Amzn_Trace_Id=root).headers["x-request-id"] == root
    assert site.get(X_Request_ID="a b<").headers["x-request-id"].isalnum()


def test_no_secret_is_in_the_log(site: Site, database: MariaDb) -> None:
    assert database.access.password not in site.log.read_text()
