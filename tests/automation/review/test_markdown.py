"""The comment: GitHub takes 65,536 characters, and what it shows is what was meant."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from automation.review import Approval, markdown
from tests.automation.review.reviewing import TODAY, entry, many, plan, recorded, reviewed, update


def test_the_riskiest_comes_first_and_open() -> None:
    text = markdown.render(many(40))
    assert text.startswith("<!-- terrace-review -->\n## Plan of prod: Blocked: 8 blocking changes")
    assert "| security | 🛑 blocking | 2 | 4 | 2 | 2 |" in text
    assert "8 to create, 16 to update, 8 to replace, 8 to destroy; 8 blocking, 16 careful" in text
    risks = re.findall(r"<b>(\w+)</b>", text)
    assert risks == sorted(risks, key=["blocking", "careful", "routine"].index)
    assert text.count("<details open>") == 8
    assert text.count("<details") == text.count("</details>") == 40


def test_an_approved_change_is_folded_and_says_so() -> None:
    approval = Approval(address="aws_s3_bucket.it", until=TODAY, reason="moved to #7")
    text = markdown.render(
        reviewed(approval, storage=plan(entry("aws_s3_bucket", ["delete"], {"id": "a"}, None)))
    )
    assert "<details><summary>🛑 destroy" in text
    assert "approved until 2026-11-23: moved to &#35;7" in text


def test_attributes_are_told_as_a_diff() -> None:
    text = markdown.render(reviewed(database=recorded("database_class")))
    assert "- instance_class = db.r7g.large\n+ instance_class = db.r7g.xlarge\n" in text
    text = markdown.render(reviewed(application=recorded("user_data_changed")))
    assert "-fetch release-a1.tar.gz\n+fetch release-b2.tar.gz\n" in text


def test_what_does_not_fit_is_counted() -> None:
    text = markdown.render(many(2000))
    assert len(text.encode()) <= markdown.LIMIT
    left = re.search(r"\n(\d+) more changes do not fit here: see review.html.\n$", text)
    assert left is not None
    assert int(left[1]) + text.count("<summary>") + text.count("<p>") == 2000
    assert text.count("<details") == text.count("</details>")


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(), max_size=20), st.integers(1, 400))
def test_it_always_fits(texts: list[str], times: int) -> None:
    values = {f"a{number}": text * times for number, text in enumerate(texts)}
    changes = [entry("aws_x", ["create"], None, values, name=text or "x") for text in texts]
    approvals = [
        Approval(address=f"a{each}" * 99, until=TODAY, reason="r") for each in range(times)
    ]
    found = reviewed(*approvals, network=plan(*changes))
    assert len(markdown.render(found).encode("utf-8", "surrogatepass")) <= markdown.LIMIT


def test_no_value_ends_its_fence_or_tells_anybody() -> None:
    hostile = "```\n</details><img src=x>@everyone"
    text = markdown.render(
        reviewed(
            network=plan(
                update("aws_x", {"a": "b"}, a=hostile, c="````"),
                entry("aws_x", ["create"], None, {}, name='this["<b>`@org"]'),
            )
        )
    )
    assert "`````diff\n" in text
    assert "<b>`" not in text
    assert "@org" not in text


def test_nothing_to_do_is_told_in_a_word() -> None:
    text = markdown.render(reviewed(platform=recorded("provider_range")))
    assert "## Plan of prod: No changes\n\n2 unchanged.\n" in text
