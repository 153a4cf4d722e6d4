"""What a plan says beside its changes: caveats, drift, actions, and outputs that others read."""

import json
from typing import Any

import pytest

from automation.errors import UserError
from automation.review import Review, Verdict, html, markdown, terminal, text
from automation.terraform import plan as terraform_plan
from tests.automation.consoles import Consoles
from tests.automation.review.reviewing import entry, only, plan, recorded, reviewed, update

TARGETED = "it is partial, and the rest is not reviewed: plan without -target or -exclude"


def forms(review: Review) -> dict[str, str]:
    """The review in every form that it is written in, without their marks."""
    return {
        "page": html.render(review).replace("&quot;", '"').replace("&#x27;", "'"),
        "comment": markdown.render(review).replace("&#95;", "_").replace("&#x27;", "'"),
        "json": json.dumps(text.to_json(review)),
    }


def told_everywhere(review: Review, what: str) -> bool:
    return all(what in form for form in forms(review).values())


def test_a_partial_plan_is_told_and_asks_for_care() -> None:
    review = reviewed(network=recorded("targeted"))
    assert [each.what for each in review.stacks[0].caveats] == [TARGETED]
    assert review.stacks[0].risk == "careful"
    assert review.verdict is Verdict.CLEAR
    assert told_everywhere(review, TARGETED)
    assert reviewed(network=plan() | {"complete": True}).stacks[0].caveats == ()


def test_a_check_that_fails_is_told_with_what_it_says() -> None:
    review = reviewed(network=recorded("shapes_and_failed_check"))
    said = "check.c fails: too small: 123456789012345678901234567890.123456789"
    assert [each.what for each in review.stacks[0].caveats] == [said]
    assert told_everywhere(review, said)
    assert "very-secret" not in "".join(forms(review).values())


@pytest.mark.parametrize("status", ["pass", "unknown"])
def test_a_check_that_does_not_fail_is_no_matter(status: str) -> None:
    check = {"address": {"to_display": "check.c"}, "status": status}
    assert reviewed(network=plan() | {"checks": [check]}).stacks[0].caveats == ()


def test_what_is_deferred_is_told_with_the_reason_and_nothing_else() -> None:
    later = {"resource_change": entry("aws_x", ["create"], None, {})}
    found = plan() | {
        "complete": False,
        "deferred_changes": [
            {"reason": "provider_config_unknown", **later},
            {"reason": "a new one", **later},
        ],
        "deferred_action_invocations": [
            {"reason": "deferred_prereq", "action_invocation": {"address": "action.a.b"}}
        ],
    }
    caveats = reviewed(network=found).stacks[0].caveats
    assert [(each.kind, each.what) for each in caveats] == [
        (
            "deferred",
            "aws_x.it is deferred, as its provider is configured by what is known only after "
            "apply: plan again after this one",
        ),
        ("deferred", "aws_x.it is deferred, as a new one: plan again after this one"),
        (
            "deferred",
            "action.a.b is deferred, as it waits for another one that is deferred: plan again "
            "after this one",
        ),
    ]


def test_an_action_that_would_run_is_a_change_with_its_risk() -> None:
    review = reviewed(application=recorded("action_invoked"))
    (change,) = review.changes
    assert (change.action, change.risk) == ("invoke", "careful")
    assert change.reasons == ("it is run, no plan tells what it does, and nothing takes it back",)
    assert change.hint == "it runs after the update of terraform_data.release"
    assert {each.name: each.new for each in change.attributes} == {
        "function_name": "prod-349081-reindex"
    }
    assert text.headline(review) == "Nothing blocks it"
    assert told_everywhere(review, "action.aws_lambda_invoke.reindex")
    assert told_everywhere(review, change.hint)


def test_an_action_runs_once_however_much_makes_it_and_hides_its_secrets() -> None:
    one: dict[str, Any] = {
        "address": "action.aws_cloudfront_create_invalidation.all",
        "type": "aws_cloudfront_create_invalidation",
        "config_values": {"token": "hunter2"},
        "config_sensitive": {"token": True},
        "config_unknown": {"distribution_id": True},
    }
    after = {
        "triggering_resource_address": "aws_s3_object.a",
        "action_trigger_event": "AfterCreate",
    }
    found = plan() | {"action_invocations": [one | {"lifecycle_action_trigger": after}, one]}
    (change,) = reviewed(edge=found).changes
    assert change.risk == "routine"
    assert change.hint == (
        "it runs after the create of aws_s3_object.a; it runs because of -invoke"
    )
    assert "hunter2" not in str(change)


def test_drift_is_told_apart_from_what_is_intended() -> None:
    was, now = {"name": "a", "size": 1, "tags": {"a": "b"}}, {"name": "a", "size": 2}
    drift = [
        entry("aws_x", ["update"], was, now),
        entry("aws_x", ["delete"], was, None, name="gone"),
        entry("aws_x", ["update"], {"tags": None}, {"tags": {}}, name="only_written_otherwise"),
    ]
    found = plan(
        entry("aws_x", ["update"], now, was),
        entry("aws_x", ["create"], None, {**was, "size": 3}, name="gone"),
    )
    review = reviewed(network=found | {"resource_drift": drift})
    assert [(each.address, bool(each.attributes)) for each in review.drifted] == [
        ("aws_x.it", True),
        ("aws_x.gone", False),
    ]
    assert {each.address: each.hint for each in review.changes} == {
        "aws_x.it": "It only undoes what was changed outside Terraform",
        "aws_x.gone": "It was destroyed outside Terraform, and is made again",
    }
    assert told_everywhere(review, "2 resources were changed outside Terraform")
    assert all("aws_x.gone" in each for each in forms(review).values())


def test_what_changes_by_itself_or_by_another_stack_of_ours_is_no_drift() -> None:
    own, backdoor = ({"name": each, "policy": "x"} for each in ("own", "backdoor"))
    role = {"id": "r", "inline_policy": []}
    drift = [
        entry("aws_db_instance", ["update"], *({"latest_restorable_time": each} for each in "12")),
        entry("aws_iam_role", ["update"], role, role | {"inline_policy": [own, backdoor]}),
    ]
    policy = {"type": "aws_iam_role_policy", "values": {"role": "r", "name": "own"}}
    module = {"child_modules": [{"resources": [policy]}]}
    state = {"prior_state": {"values": {"root_module": module}}}
    review = reviewed(security=plan() | {"resource_drift": drift}, application=plan() | state)
    (found,) = review.drifted
    assert [each.name for each in found.attributes] == ["inline_policy[backdoor]"]


def test_what_is_intended_is_not_taken_for_drift() -> None:
    drift = [entry("aws_x", ["update"], {"size": 1, "n": 1}, {"size": 2, "n": 1})]
    found = plan(entry("aws_x", ["update"], {"size": 2, "n": 1}, {"size": 1, "n": 2}))
    (change,) = reviewed(network=found | {"resource_drift": drift}).changes
    assert {each.name: each.undoes_drift for each in change.attributes} == {
        "size": True,
        "n": False,
    }
    assert change.hint == ""
    marks = {"before_sensitive": {"n": True}, "after_sensitive": {"n": True}}
    drift = [entry("aws_x", ["update"], {"n": "a"}, {"n": "b"}, **marks)]
    found = plan(entry("aws_x", ["update"], {"n": "b"}, {"n": "c"}, **marks))
    (change,) = reviewed(network=found | {"resource_drift": drift}).changes
    assert not change.attributes[0].undoes_drift


def reader(output: str, module: bool = False) -> dict[str, Any]:
    """A plan whose load balancer reads an output of the network's."""
    found = plan(upstreams=["network"])
    (lookup,) = found["configuration"]["root_module"]["resources"]
    lookup |= {"name": "net", "address": "data.terraform_remote_state.net"}
    reference = f"data.terraform_remote_state.net.outputs.{output}"
    expressions = {"subnets": {"references": [reference, "data.terraform_remote_state.net"]}}
    resources = [lookup, {"address": "aws_lb.it", "type": "aws_lb", "expressions": expressions}]
    root: dict[str, Any] = {"resources": resources}
    if module:
        root = {"module_calls": {"m": {"module": root}}}
    return found | {"configuration": {"root_module": root}}


@pytest.mark.parametrize("module", [False, True])
@pytest.mark.parametrize(("action", "how"), [("update", "changes"), ("delete", "goes away")])
def test_an_output_that_others_read_is_told_with_them(action: str, how: str, module: bool) -> None:
    changing = plan() | {
        "output_changes": {"subnets": {"actions": [action]}, "unread": {"actions": ["update"]}}
    }
    review = reviewed(network=changing, web=reader("subnets", module))
    where = "module.m.aws_lb.it" if module else "aws_lb.it"
    said = f"network: the output subnets {how}, which web: {where} read"
    assert said in list(text.notes(review))
    assert told_everywhere(review, said)
    assert review.graph["web"] == frozenset({"network"})
    assert not any("unread" in each and "read by" in each for each in text.notes(review))


def test_many_outputs_that_others_read_are_one_line() -> None:
    names = [f"o{n}" for n in range(5)]
    changing = plan() | {"output_changes": {each: {"actions": ["update"]} for each in names}}
    readers: dict[str, Any] = {f"s{each}": reader(each) for each in names}
    said = [each for each in text.notes(reviewed(network=changing, **readers)) if "read" in each]
    assert said == [
        "network: 5 outputs change, which so0, so1, so2, so3, so4 read: o0, o1, o2 and 2 more"
    ]


def test_an_older_plan_is_read_and_told_to_be_older_if_it_says_what_is_secret() -> None:
    older = recorded("old_format")
    review = reviewed(network=terraform_plan.parse(json.dumps(older), "it"))
    assert review.stacks[0].caveats[0].what == (
        "it is of Terraform 1.0.11, which says less: plan with 1.1 or newer"
    )
    del older["resource_changes"][0]["change"]["after_sensitive"]
    with pytest.raises(UserError) as refused:
        terraform_plan.parse(json.dumps(older), "it")
    assert str(refused.value) == (
        "it is older than this review reads (format 0.2, Terraform 1.0.11), and does not say what "
        "is secret: plan with Terraform 1.1 or newer"
    )


def test_the_terminal_tells_what_the_other_forms_do() -> None:
    consoles = Consoles()
    terminal.show(reviewed(network=recorded("targeted")), consoles.console)
    assert f"    network: careful: {TARGETED}" in consoles.lines


def test_the_terminal_tells_of_drift_only_beside_changes() -> None:
    drift = [entry("aws_x", ["update"], {"size": 1}, {"size": 2})]
    said = "    1 resource was changed outside Terraform since the last apply"
    for changes, told in (([], False), ([entry("aws_y", ["create"], None, {})], True)):
        consoles = Consoles()
        found = plan(*changes) | {"resource_drift": drift}
        terminal.show(reviewed(network=found), consoles.console)
        assert (said in consoles.lines) is told


def test_what_is_malformed_beside_the_changes_is_refused() -> None:
    faults: list[dict[str, Any]] = [
        {"checks": [{}]},
        {"deferred_changes": [{"reason": "a"}]},
        {"action_invocations": [{"address": "a"}]},
        {"action_invocations": [{"address": "a", "type": "b", "config_values": 5}]},
        {"resource_drift": [{"address": "a"}]},
    ]
    for wrong in faults:
        with pytest.raises(UserError, match="the plan of network is malformed"):
            reviewed(network={**plan(), **wrong})


def test_unknown_is_a_word_of_its_own() -> None:
    private = reviewed(database=recorded("aurora_private_instance"))
    assert private.blocking == ()
    told = {each.type: each.reasons for each in private.changes if each.risk == "careful"}
    assert told["aws_rds_cluster_instance"] == (
        "whether it gets a public address is known only after apply: set "
        "publicly_accessible = false",
    )
    was = {"storage_encrypted": True}
    change = update("aws_db_instance", was, storage_encrypted=None)
    change["change"]["after_unknown"] = {"storage_encrypted": True}
    assert only(change).reasons == ("whether it is encrypted is known only after apply",)
    change = update("aws_s3_bucket_public_access_block", {"block_public_acls": True})
    change["change"]["after_unknown"] = {"block_public_acls": True}
    assert only(change).reasons == (
        "whether the bucket may be made public is known only after apply",
    )
