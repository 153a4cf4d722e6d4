import pytest

from automation.checks.health.application import APPLICATION_CHECKS
from automation.emulator import Emulator
from config import Settings
from tests.automation.checks.health.conftest import Look, sound
from tests.automation.checks.health.site import Site

TARGETS, SERVICE = "targets: healthy", "instances: in service"
SPREAD, VERSION = "instances spread: zones", "instances up to date: launch template"


def test_a_group_in_good_health(site: Site, look: Look) -> None:
    site.application()
    assert sound(look(APPLICATION_CHECKS)) == {
        TARGETS: "2 of 2",
        SERVICE: "2 of 2",
        SPREAD: "us-west-2a, us-west-2b",
        VERSION: "all 1",
    }


def test_a_target_that_does_not_answer(site: Site, look: Look, emulator: Emulator) -> None:
    site.application()
    stopped, _ = site.instances()
    emulator.client("ec2").stop_instances(InstanceIds=[stopped])
    finding = look(APPLICATION_CHECKS)[TARGETS]
    assert (finding.ok, finding.detail, finding.remedy) == (
        False,
        f"1 of 2: {stopped} unused (Target is in the stopped state)",
        f"look at the application's log, {site.naming.path('application/app')}, and at its health "
        "check",
    )


def test_no_target_at_all(site: Site, look: Look, emulator: Emulator) -> None:
    site.application(desired=1)
    elbv2 = emulator.client("elbv2")
    (group,) = elbv2.describe_target_groups(Names=[site.target_group])["TargetGroups"]
    targets = [{"Id": each} for each in site.instances()]
    elbv2.deregister_targets(TargetGroupArn=group["TargetGroupArn"], Targets=targets)
    finding = look(APPLICATION_CHECKS)[TARGETS]
    assert (finding.ok, finding.detail) == (False, "0 of 0")


@pytest.mark.parametrize(("desired", "ok"), [(2, True), (1, False)])
def test_an_instance_that_is_not_fit(
    desired: int, ok: bool, site: Site, look: Look, emulator: Emulator
) -> None:
    site.application(desired=desired)
    name, sick = site.naming.name("application"), site.instances()[0]
    activities = f"describe-scaling-activities --auto-scaling-group-name {name}"
    emulator.client("autoscaling").set_instance_health(InstanceId=sick, HealthStatus="Unhealthy")
    finding = look(APPLICATION_CHECKS)[SERVICE]
    # At least one has to serve; one less than wanted is a warning.
    assert (finding.ok, finding.warning) == (ok, ok)
    assert finding.detail == f"{desired - 1} of {desired}: {sick} InService Unhealthy"
    assert finding.remedy == (
        "look again in a few minutes: instances come and go"
        if ok
        else f"see why: `aws autoscaling {activities}`"
    )


def test_instances_in_one_zone_only(site: Site, look: Look, emulator: Emulator) -> None:
    site.application(desired=3)
    _, other, _ = site.instances()
    emulator.client("autoscaling").set_instance_health(InstanceId=other, HealthStatus="Unhealthy")
    finding = look(APPLICATION_CHECKS)[SPREAD]
    assert (finding.ok, finding.detail) == (False, "found us-west-2a, expected 2 zones")
    assert finding.remedy == (
        "see whether a zone lacks capacity, or AWS reports trouble in it: "
        "https://health.aws.amazon.com/health/status"
    )


def test_an_instance_of_an_old_version(
    site: Site, look: Look, emulator: Emulator, settings: Settings
) -> None:
    site.application(desired=1)
    name = settings.naming.name("application")
    emulator.client("ec2").create_launch_template_version(
        LaunchTemplateName=name, SourceVersion="1", LaunchTemplateData={"InstanceType": "t4g.nano"}
    )
    autoscaling = emulator.client("autoscaling")
    autoscaling.update_auto_scaling_group(
        AutoScalingGroupName=name, LaunchTemplate={"LaunchTemplateName": name, "Version": "2"}
    )
    finding = look(APPLICATION_CHECKS)[VERSION]
    (old,) = site.instances()
    assert (finding.ok, finding.detail, finding.remedy) == (
        False,
        f"found {old} 1, expected 2",
        f"replace them: `aws autoscaling start-instance-refresh --auto-scaling-group-name {name}`",
    )
    autoscaling.start_instance_refresh(AutoScalingGroupName=name)
    assert look(APPLICATION_CHECKS)[VERSION].detail == "all 2"


def test_what_is_not_there(look: Look) -> None:
    found = look(APPLICATION_CHECKS)
    assert not any(finding.ok for finding in found.values())
    assert found["instances"].detail.startswith("found no Auto Scaling group dev-app")
