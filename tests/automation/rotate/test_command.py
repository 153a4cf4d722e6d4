"""`rotate` refuses, raises and takes back; that it goes through is seen in `tests/changes`."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from automation.deploy import DeployRequest
from automation.errors import UserError
from automation.rotate import Origin, declared
from automation.rotate.command import RotateCommand, RotateRequest
from automation.terraform.stacks import Stack, ordered, read
from config.application import ORIGIN_HEADER
from tests.automation.accounts import Account, emulated
from tests.automation.consoles import Consoles
from tests.automation.emulator.calls import issued
from tests.automation.emulator.extensions.test_cloudfront import distribution_config

FILE = "[application]\norigin_secret_version = 1 # ours\n"
RAISED = "[application]\norigin_secret_version = 2 # ours\n"
DEPLOY = "`python -m automation deploy web application edge --env dev`"
NAMES = {each: f"origin-secret_{each}_version_1" for each in ("origin-0", "origin-1", "origin-2")}
TYPE = "aws_secretsmanager_secret_version"


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with emulated(tmp_path_factory.mktemp("account")) as found:
        yield found


@dataclass
class Site:
    """A deployed platform, as far as rotating looks at it."""

    account: Account
    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / "dev.toml"

    def stacks(self) -> tuple[Stack, ...]:
        """Three that know the secret, as they are synthesized, and one that does not."""
        writes = {name: {"secret_string_wo_version": 1} for name in NAMES.values()}
        content: dict[str, dict[str, Any]] = {
            "network": {},
            "web": {"resource": {TYPE: writes}},
            "application": {"locals": {"reads": "origin-secret"}},
            "edge": {"locals": {"reads": "origin-secret"}},
        }
        return tuple(self._stack(name, each) for name, each in content.items())

    def _stack(self, name: str, content: dict[str, Any]) -> Stack:
        key = f"{self.account.settings.naming.prefix}/{name}/terraform.tfstate"
        file = self.folder / f"{name}.json"
        file.write_text(json.dumps({**content, "terraform": {"backend": {"s3": {"key": key}}}}))
        return Stack(name, file)

    def apply(self, **versions: int) -> None:
        """Write the state of web: each secret was written once where `versions` says no more."""
        naming = self.account.settings.naming
        resources = [
            {
                "mode": "managed",
                "type": TYPE,
                "name": NAMES[each],
                "instances": [{"attributes": {"secret_string_wo_version": versions.get(each, 1)}}],
            }
            for each in NAMES
        ]
        head = {"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "l"}
        self.account.client("s3").put_object(
            Bucket=naming.bucket("tfstate"),
            Key=f"{naming.prefix}/web/terraform.tfstate",
            Body=json.dumps({**head, "resources": resources}).encode(),
        )

    def store(self) -> None:
        secrets = self.account.client("secretsmanager")
        for each in NAMES:
            name = self.account.settings.naming.name(each)
            secrets.create_secret(Name=name, SecretString=f"the {each} value")

    def send(self, value: str) -> None:
        """Have CloudFront send a value to the load balancer."""
        cloudfront = self.account.client("cloudfront")
        header = {"HeaderName": ORIGIN_HEADER, "HeaderValue": value}
        headers = {"Quantity": 1, "Items": [header]}
        for each in cloudfront.list_distributions()["DistributionList"].get("Items", []):
            found = cloudfront.get_distribution_config(Id=each["Id"])
            config = found["DistributionConfig"]
            config["Origins"]["Items"][0]["CustomHeaders"] = headers
            cloudfront.update_distribution(
                Id=each["Id"], IfMatch=found["ETag"], DistributionConfig=config
            )
            return
        domain = self.account.settings.domain
        certificate = issued(self.account.emulator, domain, region="us-east-1")
        config = distribution_config(certificate, domain)
        config["Origins"]["Items"][0]["CustomHeaders"] = headers
        cloudfront.create_distribution(DistributionConfig=config)

    def rotate(self, **request: Any) -> tuple[int, str]:
        consoles = Consoles()
        asked = RotateRequest(environment="dev", environments=self.folder, **request)
        command = RotateCommand(
            asked,
            console=consoles.console,
            progress=consoles.progress,
            stacks=lambda _: self.stacks(),
        )
        code = command.run()
        return code, " ".join(consoles.output.getvalue().split())


@pytest.fixture
def site(account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The first version of the secret is deployed, and in use."""
    account.enter(monkeypatch)
    site = Site(account, tmp_path)
    site.file.write_text(FILE)
    site.apply()
    if not account.client("secretsmanager").list_secrets()["SecretList"]:
        site.store()
    site.send("the origin-1 value")
    return site


@dataclass(frozen=True)
class Published:
    """The release that runs."""

    current: str = "a" * 12

    def resolve(self, beginning: str) -> str:
        return beginning.ljust(64, "0")


Deploy = Callable[[Site], int]


def deployed_by(
    monkeypatch: pytest.MonkeyPatch, site: Site, deploy: Deploy
) -> list[tuple[tuple[str, ...], str]]:
    """The tiers and the release with which deploying is asked for, in place of Terraform's work."""
    asked: list[tuple[tuple[str, ...], str]] = []

    class Deploying:
        def __init__(self, request: DeployRequest, *, synthesizer: Any, **_: object) -> None:
            asked.append((request.tiers, synthesizer.keywords["release"]))

        def run(self) -> int:
            return deploy(site)

    monkeypatch.setattr("automation.rotate.command.DeployCommand", Deploying)
    monkeypatch.setattr("automation.rotate.command.Releases", lambda *_: Published())
    return asked


def goes_through(site: Site) -> int:
    site.apply(**{"origin-0": 2})
    return 0


def fails_half_way(site: Site) -> int:
    site.apply(**{"origin-0": 2})
    return 1


def is_declined(_: Site) -> int:
    return 1


def is_busy(_: Site) -> int:
    raise UserError("dev is being deployed from this folder: wait for that to end")


def test_the_tiers_that_know_the_secret_are_deployed_with_the_release_that_runs(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = deployed_by(monkeypatch, site, goes_through)
    code, said = site.rotate(yes=True)
    assert (code, said) == (
        0,
        "version 2 is in use; version 1 is good until the next rotation",
    )
    assert asked == [(("web", "application", "edge"), "a" * 12 + "0" * 52)]
    assert site.file.read_text() == RAISED


def test_what_was_begun_stays_in_the_file(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    deployed_by(monkeypatch, site, fails_half_way)
    code, said = site.rotate(yes=True)
    assert code == 1
    assert said == f"version 2 is not in use everywhere, 1 is good: repeat {DEPLOY}"
    assert site.file.read_text() == RAISED


def test_what_was_declined_is_taken_back(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    deployed_by(monkeypatch, site, is_declined)
    code, said = site.rotate(yes=True)
    assert (code, said) == (1, "nothing was rotated: the origin's secret stays at version 1")
    assert site.file.read_text() == FILE
    deployed_by(monkeypatch, site, is_busy)
    with pytest.raises(UserError, match="wait for that to end"):
        site.rotate(yes=True)
    assert site.file.read_text() == FILE


def test_the_file_alone_is_for_who_reviews_it(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = site.rotate(file_only=True)
    assert (code, said) == (0, f"version 2 is in the settings, 1 in use: {DEPLOY} rotates")
    assert site.file.read_text() == RAISED
    site.file.write_text(FILE)
    assert site.rotate(file_only=True, as_json=True) == (0, "")
    assert json.loads(capsys.readouterr().out) == {
        "ok": True,
        "environment": "dev",
        "before": 1,
        "after": 2,
        "deployed": False,
    }


def never_deployed(site: Site) -> None:
    naming = site.account.settings.naming
    key = f"{naming.prefix}/web/terraform.tfstate"
    site.account.client("s3").delete_object(Bucket=naming.bucket("tfstate"), Key=key)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (never_deployed, f"the origin's secret of dev is not deployed: run {DEPLOY}"),
        (
            lambda site: site.apply(**{"origin-0": 2}),
            "application.origin_secret_version is 1 in the settings of dev, and another one is "
            f"deployed: run {DEPLOY} before the next rotation",
        ),
        (
            lambda site: site.send("the origin-2 value"),
            "CloudFront does not send the secret of application.origin_secret_version 1 yet: "
            f"run {DEPLOY} before the next rotation",
        ),
    ],
)
def test_a_rotation_waits_for_the_one_before(
    site: Site, spoil: Callable[[Site], None], says: str
) -> None:
    spoil(site)
    with pytest.raises(UserError) as refusal:
        site.rotate(yes=True)
    assert str(refusal.value) == says
    assert site.file.read_text() == FILE


def test_cloudfront_spreads_a_change_before_the_next(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    get = Origin._distribution

    def spreading(origin: Origin) -> Any:
        return {**get(origin), "Status": "InProgress"}

    monkeypatch.setattr(Origin, "_distribution", spreading)
    with pytest.raises(UserError, match="still spreading a change"):
        site.rotate(yes=True)


def test_nobody_to_ask(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    with pytest.raises(UserError) as refusal:
        site.rotate()
    assert str(refusal.value) == (
        "rotate asks before it changes anything, and there is nobody to ask: add --yes, or leave "
        "the deployment to others by --file-only"
    )


def test_it_finds_the_tiers_of_the_platform(output_of: Callable[[str], Path]) -> None:
    stacks = ordered(read(output_of("prod")))
    origin = Origin(stacks, states=None, clients=None, settings=None)  # type: ignore[arg-type]
    declares = {name for stack in stacks for name, _ in declared(stack)}
    assert declares == set(NAMES)
    assert "edge" in origin.tiers
    assert not {"database", "network", "storage"} & {*origin.tiers}
