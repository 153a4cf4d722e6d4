"""The page of an export: how to go on with it, without Terrace."""

from collections.abc import Sequence
from dataclasses import dataclass

from automation.terraform.pool import Workspace
from automation.terraform.stacks import Stack, key_of

# Where a stack's assets are, both as it is synthesized and as it is exported.
ASSETS = "assets"


@dataclass(frozen=True)
class Exported:
    """A stack as it was written."""

    stack: Stack
    reads: frozenset[str]
    files: Sequence[str]

    @property
    def has_assets(self) -> bool:
        """Whether it uploads files."""
        return (self.stack.file.parent / ASSETS).is_dir()


_PAGE = """\
# {environment}, as plain Terraform

What Terrace had of `{environment}`, in Terraform's own language: {stacks} stacks, {resources}
resources. Addresses and states are those of before, so that a plan of what is deployed finds
nothing to change. Nothing in here needs Terrace, CDKTF, Python or Node.

## Go on

You need [{product}]({install}) {version}, and credentials of the account {account}.
In each stack, in the order of the table:

```sh
cd {first}
{command} init    # the state stays where it is; installs the AWS provider
{command} plan    # "No changes", as long as what was exported is what is deployed
{command} apply
```

This was written with {product} {terraform} and the AWS provider {provider}. `{command} init` writes
`.terraform.lock.hcl`: commit it, so that everybody has the same provider.

| | stack | resources | reads | state, in the bucket `{bucket}` |
|---|---|---|---|---|
{table}

A stack reads outputs of others from their states (`remote-states.tf`): these are applied before it,
and destroyed after it. Whoever renames one of those outputs renames it in all its readers.

## What is where

- `terraform.tf`, `backend.tf`, `providers.tf`: versions, the state, the account, everybody's tags.
- One file for each part of the stack, such as a bucket with its policy; and `outputs.tf`,
  `locals.tf`, `imports.tf`, where there is something to put there.
- `{assets}`: what resources upload. Such paths begin at the stack's folder: run Terraform there.
- Names end as in `…_5A22438C`, since the states have them so. To rename a resource that is to stay,
  add a [`moved` block](https://developer.hashicorp.com/terraform/language/block/moved).
- Policies are `jsonencode({{…}})`. Texts of several lines are heredocs, in which `$${{` stands for
  `${{`.

## What Terrace did besides

- **The bucket of the states**, its key and the roles that GitHub's workflows assume belong to a
  CloudFormation stack, `…-bootstrap`, which goes on by itself.
- **Releases.** The application is `releases/<SHA-256>.tar.gz` in the bucket for artifacts, and
  instances fetch the one that the launch template names. For a new one, put its archive below
  `{assets}`, and replace the hash of the old one, and its first twelve digits, in the files of that
  stack: the plan then uploads the archive and replaces the instances.
- **Checks, rehearsals, reviews and drills** end with Terrace. `{command} plan` tells of drift.
- **Runbooks** that alarms name are files below `docs/runbooks/` of the project that was exported.
"""


def page(environment: str, exported: Sequence[Exported], workspace: Workspace) -> str:
    """The page, in Markdown."""
    stacks = [each.stack for each in exported]
    first = stacks[0].content["terraform"]
    backend = first["backend"]["s3"]
    product = workspace.terraform.product
    return _PAGE.format(
        environment=environment,
        stacks=len(stacks),
        resources=sum(stack.resources for stack in stacks),
        version=first["required_version"],
        account=", ".join(backend.get("allowed_account_ids", ())) or "that has the states",
        first=stacks[0].name,
        product=product.name,
        command=product.command,
        install=product.page,
        terraform=workspace.terraform.version,
        provider=workspace.installation.aws,
        bucket=backend["bucket"],
        table="\n".join(_row(number, each) for number, each in enumerate(exported, 1)),
        assets=", ".join(f"{each.stack.name}/{ASSETS}/" for each in exported if each.has_assets),
    )


def _row(number: int, exported: Exported) -> str:
    stack, reads = exported.stack, ", ".join(sorted(exported.reads)) or "nothing"
    cells = (number, f"`{stack.name}`", stack.resources, reads, f"`{key_of(stack)}`")
    return f"| {' | '.join(map(str, cells))} |"
