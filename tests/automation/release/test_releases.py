import itertools
from collections.abc import Iterator

import pytest

from automation.aws.clients import Clients
from automation.emulator import Emulator
from automation.errors import UserError
from automation.rehearse.account import session
from automation.release import Releases
from config import Settings, load

FIRST, SECOND = "1" * 64, "2" * 64
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    workspace = tmp_path_factory.mktemp("emulator")
    with Emulator(account_id="123456789012", region="us-west-2", workspace=workspace) as started:
        yield started


@pytest.fixture
def settings() -> Settings:
    return load("dev").model_copy(update={"app_id": f"release{next(_numbers)}"})


class Application:
    """A launch template and its group, as the application tier makes them."""

    def __init__(self, emulator: Emulator, settings: Settings) -> None:
        self._ec2 = emulator.client("ec2")
        self._autoscaling = emulator.client("autoscaling")
        self._s3 = emulator.client("s3")
        self._settings = settings
        self._name = settings.naming.name("application")
        self.releases = Releases(Clients(session(emulator), settings.region), settings)

    def deploy(self, release: str, *, version: int = 1) -> None:
        data = {"InstanceType": "t4g.small", "ImageId": "ami-12c6146b"}
        template = {
            "LaunchTemplateName": self._name,
            "LaunchTemplateData": data,
            "VersionDescription": f"release {release[:12]}",
        }
        named = {"LaunchTemplateName": self._name, "Version": str(version)}
        if version == 1:
            self._ec2.create_launch_template(**template)
            self._autoscaling.create_auto_scaling_group(
                AutoScalingGroupName=self._name,
                MinSize=1,
                MaxSize=1,
                AvailabilityZones=["us-west-2a"],
                LaunchTemplate=named,
            )
        else:
            self._ec2.create_launch_template_version(**template)
            self._autoscaling.update_auto_scaling_group(
                AutoScalingGroupName=self._name, LaunchTemplate=named
            )

    def publish(self, *releases: str) -> None:
        bucket = self._settings.naming.bucket("artifacts")
        place = {"LocationConstraint": self._settings.region}
        self._s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
        for release in releases:
            self._s3.put_object(Bucket=bucket, Key=f"releases/{release}.tar.gz", Body=b"")


@pytest.fixture
def application(emulator: Emulator, settings: Settings) -> Application:
    return Application(emulator, settings)


def test_the_release_is_that_of_the_version_that_the_group_names(application: Application) -> None:
    application.deploy(FIRST)
    assert application.releases.current == FIRST[:12]
    application.deploy(SECOND, version=2)
    assert application.releases.current == SECOND[:12]
    assert application.releases.previous == FIRST[:12]


def test_a_change_of_something_else_is_no_earlier_release(application: Application) -> None:
    application.deploy(FIRST)
    application.deploy(SECOND, version=2)
    application.deploy(SECOND, version=3)
    assert application.releases.previous == FIRST[:12]


def test_there_is_none_before_the_first(application: Application, settings: Settings) -> None:
    application.deploy(FIRST)
    application.deploy(FIRST, version=2)
    with pytest.raises(UserError) as refusal:
        _ = application.releases.previous
    name = settings.naming.name("application")
    assert str(refusal.value) == (
        f"111111111111 is the first release of {name}: there is none before it; "
        "name another with `rollback --to`"
    )


def test_nothing_is_deployed(application: Application, settings: Settings) -> None:
    with pytest.raises(UserError) as refusal:
        _ = application.releases.current
    name = settings.naming.name("application")
    assert str(refusal.value) == (
        f"{name} is not deployed with a release: run `python -m automation deploy --env dev`"
    )


def test_a_release_is_known_by_how_its_hash_begins(application: Application) -> None:
    application.publish(FIRST, SECOND)
    assert application.releases.resolve("11") == FIRST


@pytest.mark.parametrize(
    ("beginning", "said"),
    [("", "2 published releases begin with ''"), ("3", "no published release begins with '3'")],
)
def test_what_names_no_release_or_several(
    application: Application, settings: Settings, beginning: str, said: str
) -> None:
    application.publish(FIRST, SECOND)
    with pytest.raises(UserError) as refusal:
        application.releases.resolve(beginning)
    bucket = settings.naming.bucket("artifacts")
    assert str(refusal.value) == (
        f"`rollback --to`: {said}; give how one begins, and no other, of those in "
        f"s3://{bucket}/releases/"
    )
