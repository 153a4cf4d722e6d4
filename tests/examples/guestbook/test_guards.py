import pytest
from guestbook.guards import comes_from_this_site
from hypothesis import given
from hypothesis import strategies as st

HOST = "www.example.com"


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site", "origin": f"https://{HOST}", "host": HOST}, False),
        ({"origin": f"https://{HOST}", "host": HOST}, True),
        ({"origin": f"http://{HOST}:8080", "host": f"{HOST}:8080"}, True),
        ({"origin": f"https://{HOST}:8080", "host": HOST}, False),
        ({"origin": "https://evil.example", "host": HOST}, False),
        ({"origin": "null", "host": HOST}, False),
        ({"origin": "", "host": ""}, False),
        ({"origin": "https://", "host": ""}, False),
        ({"host": HOST}, False),
        ({}, False),
    ],
)
def test_only_our_own_pages_may_write(headers: dict[str, str], ours: bool) -> None:
    assert comes_from_this_site(headers) is ours


@given(st.text().filter(lambda text: text != HOST))
def test_no_other_origin_is_ours(host: str) -> None:
    assert not comes_from_this_site({"origin": f"https://{host}", "host": HOST})
