"""What holds for whatever policies and calls: hypothesis looks for those for which it does not."""

import random
import re
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from automation.iam import Decision, PolicyType
from automation.iam.patterns import Text
from automation.iam.principals import Principals, Reach
from tests.automation.iam.calls import policy, statement
from tests.automation.iam.cases import Case, case, decided

# Hypothesis chooses their numbers.
CASES = st.builds(case, st.integers(0, 1000), st.integers(0, 1000))
ALL = {"Version": "2012-10-17", "Statement": statement(Sid="All")}
NAMES = st.text("ab*?.:[", max_size=8)


def widened(document: Any) -> Any:
    """A policy whose Allows are about every action and resource, and ask nothing."""
    return {
        **document,
        "Statement": [
            {
                **({"Principal": "*"} if {"Principal", "NotPrincipal"} & set(each) else {}),
                **statement(),
            }
            if each["Effect"] == "Allow"
            else each
            for each in document["Statement"]
        ],
    }


def with_statement(document: Any, added: Any) -> Any:
    return {**document, "Statement": [*document["Statement"], added]}


@given(CASES)
def test_a_deny_of_everything_always_wins(one: Case) -> None:
    forbidden = statement("Deny")
    names = {**forbidden, "Principal": "*"}
    if one.principal.has_identity:
        of_identity = replace(one, identity=[*one.identity, {**ALL, "Statement": [forbidden]}])
        assert not decided(of_identity).allowed
    document = one.resource_policy or {**ALL, "Statement": []}
    of_resource = decided(replace(one, resource_policy=with_statement(document, names)))
    assert not of_resource.allowed
    assert of_resource.explicit


@given(CASES)
def test_another_allow_takes_nothing_away(one: Case) -> None:
    if not decided(one).allowed:
        return
    assert decided(replace(one, identity=[*one.identity, ALL])).allowed
    for where in ("boundary", "session"):
        document = getattr(one, where)
        if document:
            more = with_statement(document, statement())
            assert decided(replace(one, **{where: more})).allowed


@given(CASES)
def test_wildcards_allow_whatever_is_allowed_by_something_narrower(one: Case) -> None:
    if decided(one).allowed:
        wide = replace(
            one,
            identity=[widened(document) for document in one.identity],
            boundary=one.boundary and widened(one.boundary),
            session=one.session and widened(one.session),
            resource_policy=one.resource_policy and widened(one.resource_policy),
            endpoint=one.endpoint and widened(one.endpoint),
        )
        assert decided(wide).allowed


@given(CASES)
def test_what_limits_grants_nothing(one: Case) -> None:
    unlimited = replace(one, boundary=None, session=None, endpoint=None)
    if decided(one).allowed:
        assert decided(unlimited).allowed
    all_of_it = {**ALL, "Statement": {**statement(), "Principal": "*"}}
    open_to_all = replace(unlimited, boundary=ALL, session=ALL, endpoint=all_of_it)
    # But for NotPrincipal, which excepts nobody who has a boundary.
    if "NotPrincipal" not in str(one.resource_policy):
        assert decided(open_to_all).allowed is decided(unlimited).allowed


@given(CASES, st.integers())
def test_the_order_of_policies_and_statements_does_not_matter(one: Case, seed: int) -> None:
    order = random.Random(seed)  # noqa: S311

    def shuffled(values: Any) -> list[Any]:
        return order.sample(list(values), len(values))

    def mixed(document: Any) -> Any:
        return document and {**document, "Statement": shuffled(document["Statement"])}

    other = replace(
        one,
        identity=shuffled([mixed(document) for document in one.identity]),
        boundary=mixed(one.boundary),
        session=mixed(one.session),
        resource_policy=mixed(one.resource_policy),
        endpoint=mixed(one.endpoint),
        context=dict(shuffled(one.context.items())),
    )
    assert outcome(decided(other)) == outcome(decided(one))


def outcome(decision: Decision) -> tuple[bool, PolicyType | None, bool]:
    return decision.allowed, decision.by, decision.explicit


@given(CASES, st.sampled_from(["aws:Unheard", "shop:Unheard/of"]), st.text())
def test_keys_that_no_policy_names_change_nothing(one: Case, key: str, value: str) -> None:
    more = replace(one, context={**one.context, key: value})
    assert outcome(decided(more)) == outcome(decided(one))


@given(CASES)
def test_actions_and_keys_may_be_in_any_case(one: Case) -> None:
    context = {key.upper(): value for key, value in one.context.items()}
    other = replace(one, action=one.action.upper(), context=context)
    assert outcome(decided(other)) == outcome(decided(one))


@given(CASES)
def test_a_denial_is_told_and_what_is_allowed_has_a_statement(one: Case) -> None:
    decision = decided(one)
    assert all(match.reach is not Reach.NONE for match in decision.matches)
    if decision.allowed:
        granted = {match.type for match in decision.matches if match.statement.allows}
        assert decision.by in granted
        assert all(match.statement.allows for match in decision.matches)
        return
    assert decision.message.startswith(f"User: {one.principal.name} is not authorized to perform: ")
    assert ("with an explicit deny in " in decision.message) is decision.explicit
    blamed = {match.type for match in decision.matches if match.statement.allows is False}
    assert (decision.by in blamed) is decision.explicit


@given(NAMES, NAMES)
def test_string_like_matches_as_a_simple_reference_does(pattern: str, value: str) -> None:
    def simple(pattern: str, value: str) -> bool:
        if not pattern:
            return not value
        if pattern[0] == "*":
            return simple(pattern[1:], value) or (bool(value) and simple(pattern, value[1:]))
        return bool(value) and pattern[0] in ("?", value[0]) and simple(pattern[1:], value[1:])

    assert Text.parse(pattern, variables=True).like(value, {}) is simple(pattern, value)


@given(st.lists(NAMES, min_size=6, max_size=6), st.lists(NAMES, min_size=6, max_size=6))
def test_an_arn_matches_part_by_part(pattern: list[str], value: list[str]) -> None:
    plain = [
        [each.replace(":", "") for each in parts[:5]] + parts[5:] for parts in (pattern, value)
    ]
    by_part = all(
        Text.parse(mine, variables=True).like(theirs, {})
        for mine, theirs in zip(*plain, strict=True)
    )
    whole, asked = (":".join(parts) for parts in plain)
    assert Text.parse(whole, variables=True).like_arn(asked, {}) is by_part


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_text_is_compared_as_it_is_written(one: str, other: str) -> None:
    equal = statement(Condition={"StringEquals": {"aws:key": re.sub(r"\$\{", "", one)}})
    found = policy(equal).statements[0].covers("s3:getobject", "*", {"aws:key": (other,)})
    assert found is (re.sub(r"\$\{", "", one) == other)


@given(CASES)
def test_whoever_a_principal_element_names_its_negation_does_not(one: Case) -> None:
    for each in (one.resource_policy or {}).get("Statement", ()):
        named = each.get("Principal", each.get("NotPrincipal"))
        meant = Principals.parse(named).reach(one.principal)
        others = Principals.parse(named, negated=True)
        assert (others.reach(one.principal) is Reach.NONE) is (meant is not Reach.NONE)
        # Who is not named at all is not excepted.
        if meant is Reach.NONE:
            assert others.denied(one.principal, bounded=False)
