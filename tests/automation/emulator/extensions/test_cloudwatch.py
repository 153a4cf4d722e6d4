from automation.emulator import Emulator


def test_composite_alarms_are_alarms_of_their_own_type(emulator: Emulator) -> None:
    cloudwatch = emulator.client("cloudwatch")
    cloudwatch.put_composite_alarm(
        AlarmName="down",
        AlarmRule='ALARM("a") AND ALARM("b")',
        AlarmActions=["arn:aws:sns:us-west-2:123456789012:topic"],
        ActionsSuppressor="deploying",
        ActionsSuppressorWaitPeriod=60,
        ActionsSuppressorExtensionPeriod=120,
        Tags=[{"Key": "Stack", "Value": "monitoring"}],
    )
    answer = cloudwatch.describe_alarms(AlarmNames=["down"], AlarmTypes=["CompositeAlarm"])
    assert answer["MetricAlarms"] == []
    (alarm,) = answer["CompositeAlarms"]
    assert alarm["AlarmRule"] == 'ALARM("a") AND ALARM("b")'
    assert alarm["ActionsEnabled"] is True
    assert alarm["ActionsSuppressor"] == "deploying"
    assert alarm["ActionsSuppressorWaitPeriod"] == 60
    tags = cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"]
    assert tags == [{"Key": "Stack", "Value": "monitoring"}]
    cloudwatch.delete_alarms(AlarmNames=["down"])
    assert not cloudwatch.describe_alarms(AlarmNames=["down"])["CompositeAlarms"]
