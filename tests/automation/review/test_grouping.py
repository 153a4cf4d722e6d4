"""Changes that are the same in all but the address are told once, and cost next to nothing."""

import time
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from automation.review import Approval, Review, html, markdown, text
from tests.automation.review.reviewing import TODAY, entry, plan, plans_of, reviewed, update
from tests.processes import python

US, THEM = {"tags": {"Owner": "us"}}, {"tags": {"Owner": "them"}}


def groups(review: Review) -> list[int]:
    return [len(each.changes) for each in text.grouped(review, review.changes)]


def tagged(number: int, type_: str = "aws_x") -> list[dict[str, Any]]:
    return [entry(type_, ["update"], US, THEM, name=f"n{n}") for n in range(number)]


def test_a_tag_on_139_resources_is_one_line_with_a_count() -> None:
    review = reviewed(network=plan(*tagged(100)), storage=plan(*tagged(39)))
    assert groups(review) == [139]
    comment = markdown.render(review)
    assert "<code>network: aws_x.n0</code> and 138 more</summary>" in comment
    assert "the same of network: aws&#95;x.n1, " in comment
    assert " and 135 more" in comment
    assert comment.count("tags.Owner") == 2
    page = html.render(review)
    assert page.count('data-count="100"') == page.count('data-count="39"') == 1


def test_all_of_what_somebody_has_to_approve_is_named() -> None:
    was = {"deletion_protection": True}
    changes = [
        update("aws_db_instance", was, deletion_protection=False)
        | {"address": f"aws_db_instance.{'n' * 60}{n}"}
        for n in range(20)
    ]
    comment = markdown.render(reviewed(database=plan(*changes)))
    assert [n for n in range(20) if f"{'n' * 60}{n}" not in comment] == []


def test_what_differs_in_more_than_the_address_is_told_apart() -> None:
    first, second, third = tagged(3, "aws_db_instance")
    third["change"]["after"] = {"tags": {"Owner": "others"}}
    assert groups(reviewed(database=plan(first, second, third))) == [2, 1]
    for each in (first, second):
        each["change"]["before"] = {"deletion_protection": True}
        each["change"]["after"] = {"deletion_protection": False}
    both = plan(first, second)
    assert groups(reviewed(database=both)) == [2]
    approved = Approval(address="aws_db_instance.n0", until=TODAY, reason="r")
    assert groups(reviewed(approved, database=both)) == [1, 1]


def test_what_is_made_or_lost_is_told_one_by_one() -> None:
    new = [entry("aws_x", ["create"], None, US, name=f"n{n}") for n in range(3)]
    old = [entry("aws_x", ["delete"], US, None, name=f"o{n}") for n in range(3)]
    assert groups(reviewed(network=plan(*new, *old))) == [1] * 6


def test_2000_changes_are_reviewed_while_they_could_be_copied_15_times() -> None:
    """Less than a second of a processor that has one to itself, and more of one that is shared."""
    # In a process of its own, whose garbage is its own: what ran before counts for nothing.
    script = "from tests.automation.review.test_grouping import copies; print(copies())"
    assert min(float(python("-c", script)) for _ in range(3)) < 15


def copies() -> float:
    """How often 2,000 changes could be copied while they are reviewed, in all forms."""
    reviewed(**plans_of(1))
    plans = plans_of(2000)

    def review() -> None:
        found = reviewed(**plans)
        text.to_json(found)
        html.render(found)
        markdown.render(found)

    def copy() -> None:
        deepcopy(plans)

    before, spent, after = map(seconds, (copy, review, copy))
    return 2 * spent / (before + after)


def seconds(work: Callable[[], object]) -> float:
    """Of the processor, whatever else runs on the machine."""
    begun = time.process_time()
    work()
    return time.process_time() - begun
