"""Which workflows of which repository may use the account, as their tokens say who they are."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from automation.errors import UserError

# To give the account back.
NONE = "none"
DEFAULT_BRANCH = "main"
_DEFAULT = f"ref:refs/heads/{DEFAULT_BRANCH}"
# GitHub gives workflows of forks no tokens.
_PULL_REQUEST = "pull_request"
ISSUER = "token.actions.githubusercontent.com"
_REPOSITORY = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+")
# What Git allows in the name of a branch, less the comma, which separates parameters.
_BRANCH = re.compile(r"[^\s~^:?*\[\\,]+")
_ENVIRONMENT = re.compile(r"[^:*?,]+")


@dataclass(frozen=True)
class GitHub:
    """A repository and the subjects whose workflows deploy; `NONE` and none of them for nobody."""

    repository: str
    subjects: tuple[str, ...]

    @property
    def parameters(self) -> dict[str, str]:
        """As the template has them."""
        return {
            "GitHubRepository": self.repository,
            "GitHubSubjects": ",".join(self.subjects) or NONE,
            "GitHubPlanSubjects": ",".join(self.planners) or NONE,
        }

    @property
    def planners(self) -> tuple[str, ...]:
        """Whose workflows plan: pull requests, who deploys, and the default branch before that."""
        if self.repository == NONE:
            return ()
        own = (f"repo:{self.repository}:{_PULL_REQUEST}", f"repo:{self.repository}:{_DEFAULT}")
        return tuple(dict.fromkeys((*own, *self.subjects)))


def parse(
    repository: str | None, *, branches: Sequence[str], environments: Sequence[str]
) -> GitHub | None:
    """What the options say, None if nothing; raises `UserError`.

    https://docs.github.com/actions/reference/security/oidc#example-subject-claims
    """
    if repository in (None, NONE):
        if branches or environments:
            raise UserError("--branch and --github-environment need --github owner/name as well")
        return None if repository is None else GitHub(NONE, ())
    if not _REPOSITORY.fullmatch(repository):
        raise UserError(f"--github: received {repository!r}; expected owner/name, or none")
    for branch in branches:
        _expect(_BRANCH, branch, "--branch", "the name of one branch")
    for environment in environments:
        expected = "the name of one environment, without : * ? ,"
        _expect(_ENVIRONMENT, environment, "--github-environment", expected)
    if not branches and not environments:
        branches = [DEFAULT_BRANCH]
    refs = [f"ref:refs/heads/{branch}" for branch in branches]
    refs += [f"environment:{environment}" for environment in environments]
    return GitHub(repository, tuple(f"repo:{repository}:{ref}" for ref in refs))


def _expect(pattern: re.Pattern[str], value: str, option: str, expected: str) -> None:
    if not pattern.fullmatch(value):
        raise UserError(f"{option}: received {value!r}; expected {expected}")
