import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from automation.emulator import Emulator


def instance(emulator: Emulator, name: str, **more: Any) -> dict[str, Any]:
    sound = {
        "Engine": "mysql",
        "EngineVersion": "8.4",
        "DBInstanceClass": "db.m7g.large",
        "AllocatedStorage": 100,
        "MasterUsername": "admin",
        "ManageMasterUserPassword": True,
    }
    made: dict[str, Any] = emulator.client("rds").create_db_instance(
        DBInstanceIdentifier=name, **{**sound, **more}
    )["DBInstance"]
    return made


def test_instances_are_what_was_asked_for(emulator: Emulator) -> None:
    performance = {
        "PerformanceInsightsKMSKeyId": "arn:aws:kms:us-west-2:123456789012:key/x",
        "PerformanceInsightsRetentionPeriod": 7,
    }
    lifecycle = {"EngineLifecycleSupport": "open-source-rds-extended-support-disabled"}
    made = instance(emulator, "primary", EnablePerformanceInsights=True, **performance, **lifecycle)
    expected = {"PerformanceInsightsEnabled": True, **performance, **lifecycle}
    assert {name: made[name] for name in expected} == expected
    assert made["CACertificateIdentifier"] == "rds-ca-rsa2048-g1"
    other = instance(emulator, "other", CACertificateIdentifier="rds-ca-ecc384-g1")
    assert other["CACertificateIdentifier"] == "rds-ca-ecc384-g1"
    assert other["DbiResourceId"] != made["DbiResourceId"]


def test_replicas_are_instances_of_their_own(emulator: Emulator) -> None:
    rds = emulator.client("rds")
    own = {"ManageMasterUserPassword": False, "MasterUserPassword": "x" * 9}
    primary = instance(emulator, "source", BackupRetentionPeriod=1, **own)
    for name in ("replica-1", "replica-2"):
        rds.create_db_instance_read_replica(
            DBInstanceIdentifier=name, SourceDBInstanceIdentifier="source"
        )
    described = {
        each["DBInstanceIdentifier"]: each for each in rds.describe_db_instances()["DBInstances"]
    }
    replicas = [described["replica-1"], described["replica-2"]]
    assert len({each["DbiResourceId"] for each in [primary, *replicas]}) == 3
    names = described["source"]["ReadReplicaDBInstanceIdentifiers"]
    assert sorted(names) == ["replica-1", "replica-2"]
    assert all(each["ReadReplicaDBInstanceIdentifiers"] == [] for each in replicas)
    assert all(each["ReadReplicaSourceDBInstanceIdentifier"] == "source" for each in replicas)
    states = [status["Status"] for each in replicas for status in each["StatusInfos"]]
    assert states == ["replicating", "replicating"]
    assert "StatusInfos" not in described["source"]
    rds.promote_read_replica(DBInstanceIdentifier="replica-2")
    (promoted,) = rds.describe_db_instances(DBInstanceIdentifier="replica-2")["DBInstances"]
    assert not promoted.get("StatusInfos")


def test_parameters_that_were_set_are_the_users(emulator: Emulator) -> None:
    rds = emulator.client("rds")
    rds.create_db_parameter_group(
        DBParameterGroupName="p", DBParameterGroupFamily="mysql8.4", Description="-"
    )
    parameter = {"ParameterName": "general_log", "ParameterValue": "1", "ApplyMethod": "immediate"}
    rds.modify_db_parameter_group(DBParameterGroupName="p", Parameters=[parameter])
    (found,) = rds.describe_db_parameters(DBParameterGroupName="p", Source="user")["Parameters"]
    assert found == {**parameter, "Source": "user"}


def test_changes_wait_for_their_window_unless_they_are_immediate(emulator: Emulator) -> None:
    rds = emulator.client("rds")
    instance(emulator, "patient")
    change = {"DBInstanceIdentifier": "patient", "DBInstanceClass": "db.r7g.large"}
    waiting = rds.modify_db_instance(**change, AllocatedStorage=100)["DBInstance"]
    assert waiting["DBInstanceClass"] == "db.m7g.large"
    assert waiting["PendingModifiedValues"] == {"DBInstanceClass": "db.r7g.large"}
    done = rds.modify_db_instance(**change, ApplyImmediately=True)["DBInstance"]
    assert done["DBInstanceClass"] == "db.r7g.large"
    assert not done.get("PendingModifiedValues")


def test_classes_are_offered_where_their_instance_types_are(emulator: Emulator) -> None:
    describe = emulator.client("rds").describe_orderable_db_instance_options
    options = describe(Engine="mysql", DBInstanceClass="db.m7g.large")["OrderableDBInstanceOptions"]
    assert {each["EngineVersion"] for each in options} >= {"8.4.6", "8.4.7"}
    zones = {zone["Name"] for zone in options[0]["AvailabilityZones"]}
    assert zones >= {"us-west-2a", "us-west-2b", "us-west-2c"}
    absent = describe(Engine="mysql", DBInstanceClass="db.m99.large")
    assert absent["OrderableDBInstanceOptions"] == []


def described(rds: Any, name: str) -> dict[str, Any]:
    (found,) = rds.describe_event_subscriptions(SubscriptionName=name)["EventSubscriptionsList"]
    return dict(found)


def subscribed(emulator: Emulator, name: str, *sources: str) -> Any:
    """RDS, with a subscription to the events of instances that are there."""
    for each in sources:
        instance(emulator, each)
    rds = emulator.client("rds")
    publish = {
        "Effect": "Allow",
        "Principal": {"Service": "events.rds.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": "*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [publish]})
    topic = emulator.client("sns").create_topic(Name="alarms", Attributes={"Policy": policy})
    rds.create_event_subscription(
        SubscriptionName=name,
        SnsTopicArn=topic["TopicArn"],
        SourceType="db-instance",
        SourceIds=list(sources),
        EventCategories=["failover", "failure"],
    )
    return rds


def test_an_instance_is_subscribed_to_later_and_let_go(emulator: Emulator) -> None:
    rds = subscribed(emulator, "later", "first")
    instance(emulator, "second")
    second = {"SubscriptionName": "later", "SourceIdentifier": "second"}
    rds.add_source_identifier_to_subscription(**second)
    rds.add_source_identifier_to_subscription(**second)
    assert described(rds, "later")["SourceIdsList"] == ["first", "second"]
    rds.delete_db_instance(DBInstanceIdentifier="second", SkipFinalSnapshot=True)
    rds.remove_source_identifier_from_subscription(**second)
    assert described(rds, "later")["SourceIdsList"] == ["first"]


def test_what_does_not_exist_is_not_found(emulator: Emulator) -> None:
    rds = subscribed(emulator, "some", "one")
    for call in (
        rds.add_source_identifier_to_subscription,
        rds.remove_source_identifier_from_subscription,
    ):
        with pytest.raises(ClientError, match="SourceNotFound"):
            call(SubscriptionName="some", SourceIdentifier="missing")
        with pytest.raises(ClientError, match="SubscriptionNotFound"):
            call(SubscriptionName="none", SourceIdentifier="one")


def test_a_subscription_changes_what_it_tells(emulator: Emulator) -> None:
    rds = subscribed(emulator, "changed")
    rds.modify_event_subscription(SubscriptionName="changed", EventCategories=["failure"])
    found = described(rds, "changed")
    assert found["EventCategoriesList"] == ["failure"]
    assert found["SnsTopicArn"].endswith(":alarms")
