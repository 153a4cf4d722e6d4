"""The account around the bootstrap stack: its OIDC provider, the roles that GitHub may assume."""

import json
import re
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from automation.bootstrap.stack import PATIENT
from automation.errors import UserError
from config.naming import Naming

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client


# To give the account back.
NONE = "none"
_MAIN = "ref:refs/heads/main"
# GitHub gives workflows of forks no tokens.
_PULL_REQUEST = "pull_request"
ISSUER = "token.actions.githubusercontent.com"
_REPOSITORY = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+")
_IDS = re.compile(r"[0-9]+/[0-9]+")
_API = "https://api.github.com/repos/"
_PATIENCE = 20
# What Git allows in the name of a branch, less the comma, which separates parameters.
_BRANCH = re.compile(r"[^\s~^:?*\[\\,]+")
_ENVIRONMENT = re.compile(r"[^:*?,]+")


@dataclass(frozen=True)
class GitHub:
    """A repository and the subjects whose workflows deploy; `NONE` and none of them for nobody.

    `ids` are its owner's and its own, as "owner/repository"; without them names have to do.
    """

    repository: str
    subjects: tuple[str, ...]
    ids: str | None = None

    @property
    def parameters(self) -> dict[str, str]:
        """As the template has them."""
        return {
            "GitHubRepository": self.repository,
            "GitHubRepositoryId": self.ids.partition("/")[2] if self.ids else NONE,
            "GitHubSubjects": ",".join(self.subjects) or NONE,
            "GitHubPlanSubjects": ",".join(self.planners) or NONE,
        }

    @property
    def planners(self) -> tuple[str, ...]:
        """Whose workflows plan: pull requests, who deploys, and the default branch before that."""
        if self.repository == NONE:
            return ()
        own = _subjects(self.repository, self.ids, [_PULL_REQUEST, _MAIN])
        return tuple(dict.fromkeys((*own, *self.subjects)))


def _subjects(repository: str, ids: str | None, ends: Sequence[str]) -> Iterator[str]:
    """As tokens name them: by names and, of repositories since July 2026 and moved ones, ids.

    https://docs.github.com/actions/reference/security/oidc#immutable-subject-claims
    """
    forms = [repository]
    if ids:
        pairs = zip(repository.split("/"), ids.split("/"), strict=True)
        forms.append("/".join(f"{name}@{id_}" for name, id_ in pairs))
    for form in forms:
        yield from (f"repo:{form}:{end}" for end in ends)


def look_up(repository: str) -> str | None:
    """The ids of a repository, by `gh` or by GitHub's API; None if neither knows.

    Raises `UserError` for one that is called otherwise by now, which its tokens are, too.
    """
    answer = _asked_gh(repository) or _asked_api(repository)
    if answer is None:
        return None
    name = str(answer["full_name"])
    if name.lower() != repository.lower():
        raise UserError(f"--github: received {repository!r}, which is called {name} now")
    return f"{answer['owner']['id']}/{answer['id']}"


def _asked_gh(repository: str) -> dict[str, Any] | None:
    program = shutil.which("gh")
    if program is None:
        return None
    command = [program, "api", f"repos/{repository}"]
    try:
        said = subprocess.run(command, capture_output=True, check=True, timeout=_PATIENCE)  # noqa: S603
        answer: dict[str, Any] = json.loads(said.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return answer


def _asked_api(repository: str) -> dict[str, Any] | None:
    """Without a name or a password: of public repositories."""
    try:
        with urllib.request.urlopen(_API + repository, timeout=_PATIENCE) as said:  # noqa: S310
            answer: dict[str, Any] = json.load(said)
    except (OSError, ValueError):
        return None
    return answer


def parse(
    repository: str | None,
    *,
    branches: Sequence[str],
    environments: Sequence[str],
    default: str,
    ids: str | None = None,
) -> GitHub | None:
    """What the options say, None if nothing; raises `UserError`.

    Unless branches or GitHub environments are named, the one called `default` deploys, in which the
    shipped workflow has its jobs: subjects of these name it in the place of the branch.

    https://docs.github.com/actions/reference/security/oidc#example-subject-claims
    """
    if repository in (None, NONE):
        if branches or environments or ids:
            raise UserError(
                "--branch, --github-environment and --github-ids need --github owner/name as well"
            )
        return None if repository is None else GitHub(NONE, ())
    if not _REPOSITORY.fullmatch(repository):
        raise UserError(f"--github: received {repository!r}; expected owner/name, or none")
    for branch in branches:
        _expect(_BRANCH, branch, "--branch", "the name of one branch")
    for environment in environments:
        expected = "the name of one environment, without : * ? ,"
        _expect(_ENVIRONMENT, environment, "--github-environment", expected)
    if ids is not None:
        _expect(_IDS, ids, "--github-ids", "the owner's and the repository's, as 12/34")
    if not branches and not environments:
        environments = [default]
    refs = [f"ref:refs/heads/{branch}" for branch in branches]
    refs += [f"environment:{environment}" for environment in environments]
    return GitHub(repository, tuple(_subjects(repository, ids, refs)), ids)


def _expect(pattern: re.Pattern[str], value: str, option: str, expected: str) -> None:
    if not pattern.fullmatch(value):
        raise UserError(f"{option}: received {value!r}; expected {expected}")


PURPOSE = "tfstate"
LOGS = "tfstate-logs"


class Account:
    """Looks, and changes nothing."""

    def __init__(self, session: boto3.Session, naming: Naming) -> None:
        self._session = session
        self._naming = naming
        self._s3: S3Client = session.client("s3", config=PATIENT)

    def trusts_github(self) -> bool:
        """Whether it has a provider for GitHub's tokens: there can be but one."""
        iam = self._session.client("iam", config=PATIENT)
        providers = iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
        return any(each.get("Arn", "").endswith(f"/{ISSUER}") for each in providers)

    def has_bucket(self, purpose: str) -> bool:
        """Whether its bucket for a purpose exists; raises `UserError` if it is somebody else's."""
        name = self._naming.bucket(purpose)
        try:
            self._s3.head_bucket(Bucket=name, ExpectedBucketOwner=self._naming.account_id)
        except ClientError as error:
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
            if status == 404:
                return False
            if status == 403:
                raise UserError(
                    f"the bucket {name} exists, and is another account's or closed to these "
                    "credentials: use the owner's, or change app_id"
                ) from error
            raise
        return True

    def retained(self) -> list[Any]:
        """What an earlier stack left, as an import names it; raises `UserError` if not all of it.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-manually.html
        """
        bucket, logs = (self._naming.bucket(purpose) for purpose in (PURPOSE, LOGS))
        try:
            alias = f"alias/{self._naming.name(PURPOSE)}"
            kms = self._session.client("kms", config=PATIENT)
            key = kms.describe_key(KeyId=alias)["KeyMetadata"]["KeyId"]
            for name in (bucket, logs):
                self._s3.get_bucket_policy(Bucket=name)
        except ClientError as error:
            raise UserError(
                f"the bucket {bucket} exists outside the stack, and what belongs to it does not "
                f"({' '.join(str(error).split())}): restore that, or empty and delete the bucket"
            ) from error
        return [
            _existing("StateKey", "AWS::KMS::Key", KeyId=key),
            _existing("StateKeyAlias", "AWS::KMS::Alias", AliasName=alias),
            _existing("StateBucket", "AWS::S3::Bucket", BucketName=bucket),
            _existing("StateBucketPolicy", "AWS::S3::BucketPolicy", Bucket=bucket),
            _existing("AccessLogBucket", "AWS::S3::Bucket", BucketName=logs),
            _existing("AccessLogBucketPolicy", "AWS::S3::BucketPolicy", Bucket=logs),
        ]


def _existing(resource: str, kind: str, **identifier: str) -> dict[str, Any]:
    return {
        "ResourceType": kind,
        "LogicalResourceId": resource,
        "ResourceIdentifier": identifier,
    }
