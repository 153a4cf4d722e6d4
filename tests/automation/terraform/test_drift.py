from collections.abc import Sequence
from typing import Any

from automation.terraform.diff import Difference
from automation.terraform.drift import Drifted, Expected, Piece, drifted, load, pieces


def plan(*changes: Any, there: Sequence[Any] = ()) -> dict[str, Any]:
    state = {"values": {"root_module": {"resources": list(there)}}}
    return {"resource_drift": list(changes), "prior_state": state}


def change(type_: str, before: Any, after: Any, *actions: str) -> Any:
    content = {"actions": list(actions or ["update"]), "before": before, "after": after}
    return {"address": f"{type_}.one", "type": type_, "change": content}


def resource(type_: str, **values: Any) -> Any:
    return {"type": type_, "values": values}


def found(content: Any, elsewhere: Sequence[Piece] = ()) -> list[Drifted]:
    return list(drifted(content, load(), elsewhere))


def test_a_deleted_resource() -> None:
    gone = change("aws_sns_topic", {"name": "x"}, None, "delete")
    assert found(plan(gone)) == [Drifted("aws_sns_topic.one", "aws_sns_topic")]
    assert found(plan(gone))[0].deleted


def test_a_resource_that_was_only_moved_has_not_drifted() -> None:
    same = {"name": "x"}
    assert found(plan(change("aws_sns_topic", same, same, "no-op"))) == []


def test_a_tag_is_told_once() -> None:
    before = {"tags": {"a": "1"}, "tags_all": {"a": "1", "default": "1"}}
    after = {"tags": {"a": "2"}, "tags_all": {"a": "2", "default": "2"}}
    (only,) = found(plan(change("aws_sns_topic", before, after)))
    assert only.differences == (
        Difference("tags.a", "1", "2"),
        Difference("tags_all.default", "1", "2"),
    )


def test_what_moves_on_by_itself_is_expected() -> None:
    before, after = {"latest_restorable_time": "1"}, {"latest_restorable_time": "2"}
    assert found(plan(change("aws_db_instance", before, after))) == []
    assert found(plan(change("aws_sns_topic", before, after)))


def test_the_first_value_is_expected_but_no_other() -> None:
    first = change("aws_eip", {"association_id": ""}, {"association_id": "a"})
    second = change("aws_eip", {"association_id": "a"}, {"association_id": "b"})
    assert found(plan(first)) == []
    assert found(plan(second))[0].differences == (Difference("association_id", "a", "b"),)


def test_a_copy_is_expected_only_where_the_original_tells_of_changes() -> None:
    changed = change("aws_s3_bucket", {"id": "b", "policy": ""}, {"id": "b", "policy": "{}"})
    own = resource("aws_s3_bucket_policy", bucket="b", policy="{}")
    foreign = resource("aws_s3_bucket_policy", bucket="another", policy="{}")
    assert found(plan(changed, there=[own])) == []
    assert found(plan(changed, there=[foreign]))
    assert found(plan(changed))


def test_a_secret_s_policy_is_told_of_by_its_own_resource() -> None:
    before = {"id": "arn:secret", "policy": ""}
    changed = change("aws_secretsmanager_secret", before, {"id": "arn:secret", "policy": "{}"})
    own = resource("aws_secretsmanager_secret_policy", secret_arn="arn:secret", policy="{}")
    assert found(plan(changed, there=[own])) == []
    assert found(plan(changed))


def rule(**values: Any) -> Any:
    nobody: Any = {key: [] for key in ("cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids")}
    return {**nobody, "security_groups": [], "self": False, "protocol": "tcp", **values}


def group(*rules: Any) -> Any:
    before = {"id": "sg-1", "ingress": []}
    return change("aws_security_group", before, {"id": "sg-1", "ingress": list(rules)})


def ours(**values: Any) -> Any:
    return resource(
        "aws_vpc_security_group_ingress_rule", security_group_id="sg-1", ip_protocol="tcp", **values
    )


def test_rules_of_ours_are_not_drift_of_the_group_however_they_are_listed() -> None:
    web = ours(from_port=80, to_port=80, cidr_ipv4="10.0.0.0/8")
    peer = ours(from_port=80, to_port=80, cidr_ipv4=None, referenced_security_group_id="sg-2")
    own = ours(from_port=80, to_port=80, cidr_ipv4=None, referenced_security_group_id="sg-1")
    listed = rule(
        from_port=80,
        to_port=80,
        cidr_blocks=["10.0.0.0/8"],
        security_groups=["sg-2"],
        self=True,
    )
    assert found(plan(group(listed), there=[web, peer, own])) == []
    assert found(plan(group(listed), there=[web, peer]))


def added(backdoor: dict[str, Any]) -> tuple[Difference, ...]:
    """As it is told: what is empty in it is left out."""
    told = {name: each for name, each in backdoor.items() if each != []}
    return (Difference("ingress", [], [told]),)


def state(type_: str, **attributes: Any) -> Any:
    instance = {"attributes": attributes}
    return {"resources": [{"mode": "managed", "type": type_, "instances": [instance]}]}


def test_a_rule_of_ours_is_no_drift_of_the_group_whichever_stack_has_it() -> None:
    type_ = "aws_vpc_security_group_ingress_rule"
    opened = {"security_group_id": "sg-1", "ip_protocol": "tcp", "from_port": 80, "to_port": 80}
    theirs = state(type_, **opened, referenced_security_group_id="sg-2")
    listed = rule(from_port=80, to_port=80, security_groups=["sg-2"])
    backdoor = rule(from_port=22, to_port=22, security_groups=["sg-2"])
    assert found(plan(group(listed)), pieces([theirs])) == []
    assert found(plan(group(listed)))
    (only,) = found(plan(group(listed, backdoor)), pieces([theirs]))
    assert only.differences == added(backdoor)


def test_of_other_states_nothing_is_kept_but_what_adds_to_something() -> None:
    assert pieces([state("aws_secretsmanager_secret_version", secret_string="s")]) == []


def test_a_rule_for_every_protocol() -> None:
    every = resource(
        "aws_vpc_security_group_ingress_rule",
        security_group_id="sg-1",
        ip_protocol="-1",
        from_port=None,
        to_port=None,
        cidr_ipv4="0.0.0.0/0",
    )
    listed = rule(protocol="-1", from_port=0, to_port=0, cidr_blocks=["0.0.0.0/0"])
    assert found(plan(group(listed), there=[every])) == []


def test_a_rule_that_somebody_added_is_drift() -> None:
    web = ours(from_port=80, to_port=80, cidr_ipv4="10.0.0.0/8")
    listed = rule(from_port=80, to_port=80, cidr_blocks=["10.0.0.0/8"])
    backdoor = rule(from_port=22, to_port=22, cidr_blocks=["0.0.0.0/0"])
    (only,) = found(plan(group(listed, backdoor), there=[web]))
    assert only.differences == added(backdoor)


def role(attribute: str, *items: Any) -> Any:
    return change("aws_iam_role", {"id": "r", attribute: []}, {"id": "r", attribute: list(items)})


def test_policies_of_a_role() -> None:
    there = [
        resource("aws_iam_role_policy", role="r", name="ours"),
        resource("aws_iam_role_policy_attachment", role="r", policy_arn="arn:ours"),
    ]
    own, backdoor = {"name": "ours", "policy": "{}"}, {"name": "backdoor", "policy": "{}"}
    assert found(plan(role("inline_policy", own), there=there)) == []
    assert found(plan(role("managed_policy_arns", "arn:ours"), there=there)) == []
    (inline,) = found(plan(role("inline_policy", own, backdoor), there=there))
    assert inline.differences == (Difference("inline_policy[backdoor]", None, backdoor),)
    (managed,) = found(plan(role("managed_policy_arns", "arn:ours", "arn:admin"), there=there))
    assert managed.differences == (Difference("managed_policy_arns", [], ["arn:admin"]),)


def test_routes_of_a_table_and_one_of_ours_that_is_gone() -> None:
    default = {"cidr_block": "0.0.0.0/0", "nat_gateway_id": "nat-1"}
    table = change("aws_route_table", {"id": "t", "route": [default]}, {"id": "t", "route": []})
    gone = change(
        "aws_route",
        {"route_table_id": "t", "destination_cidr_block": "0.0.0.0/0"},
        None,
        "delete",
    )
    # The route tells that it is gone; its table need not.
    assert found(plan(table, gone)) == [Drifted("aws_route.one", "aws_route")]
    assert [each.address for each in found(plan(table))] == ["aws_route_table.one"]


def test_every_entry_of_the_list_has_a_reason_and_a_place() -> None:
    for each in load():
        assert each.reason
        assert bool(each.by) == bool(each.key)
    assert len({(each.type, each.attribute) for each in load()}) == len(load())
    assert Expected(type="a", attribute="b", reason="c") not in load()


def test_a_certificate_is_issued_and_a_subscription_confirmed_by_themselves() -> None:
    """D3: right after the first deployment a refresh finds both, and no other change of theirs."""
    issued = {"status": "PENDING_VALIDATION"}, {"status": "ISSUED", "not_after": "2027-12-29"}
    assert found(plan(change("aws_acm_certificate", *issued))) == []
    lost = {"status": "ISSUED"}, {"status": "REVOKED"}
    assert len(found(plan(change("aws_acm_certificate", *lost)))) == 1
    told = {"pending_confirmation": True}, {"pending_confirmation": False}
    assert found(plan(change("aws_sns_topic_subscription", *told))) == []
    assert len(found(plan(change("aws_sns_topic_subscription", told[1], told[0])))) == 1
