"""Projects in Git whose `main.py` writes the tiny platform, and previews of them."""

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from automation import PROJECT
from automation.preview.command import PreviewCommand
from automation.preview.synthesis import PreviewRequest
from config import load
from config.environments import ENVIRONMENTS
from tests.automation.consoles import Consoles
from tests.automation.deploy.deploying import Said, share_provider
from tests.automation.terraform import tiny
from tests.conftest import SMALL_APPLICATION

ENVIRONMENT = "dev"
_MAIN = """
import os, shutil
shutil.copytree("platform", os.environ["CDKTF_OUTDIR"], dirs_exist_ok=True)
"""
Change = Callable[[dict[str, Any]], None]


@dataclass
class Project:
    """A repository, in which the tiny platform is committed as "base"."""

    folder: Path
    consoles: Consoles = field(default_factory=Consoles)

    def __post_init__(self) -> None:
        self.root.mkdir()
        (self.root / "main.py").write_text(_MAIN, encoding="utf-8")
        (self.root / "automation").mkdir()
        # No application, and so nothing to fetch.
        (self.root / "automation" / "__main__.py").touch()
        (self.root / ".gitignore").write_text(".terrace\n__pycache__/\n", encoding="utf-8")
        tiny.write(self.platform, load(ENVIRONMENT).naming)
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit()
        self.git("branch", "base")

    @property
    def root(self) -> Path:
        return self.folder / "project"

    @property
    def platform(self) -> Path:
        return self.root / "platform"

    @property
    def review(self) -> Path:
        return self.folder / "review"

    def git(self, *arguments: str) -> None:
        who = ("-c", "user.name=Tests", "-c", "user.email=tests@example.com")
        subprocess.run(["git", *who, *arguments], cwd=self.root, check=True)  # noqa: S603, S607

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message=A change")

    def change(self, stack: str, change: Change) -> None:
        """Change the JSON of a stack in the working tree."""
        file = self.platform / "stacks" / stack / "cdk.tf.json"
        content = json.loads(file.read_text(encoding="utf-8"))
        change(content)
        file.write_text(json.dumps(content), encoding="utf-8")

    def add(self, stack: str, content: dict[str, Any]) -> None:
        """Add a stack to the working tree."""
        file = self.platform / "stacks" / stack / "cdk.tf.json"
        file.parent.mkdir()
        file.write_text(json.dumps(content), encoding="utf-8")
        entry = {"name": stack, "synthesizedStackPath": f"stacks/{stack}/cdk.tf.json"}
        self._list(lambda stacks: stacks.update({stack: entry}))

    def remove(self, stack: str) -> None:
        """Take a stack away from the working tree."""
        shutil.rmtree(self.platform / "stacks" / stack)
        self._list(lambda stacks: stacks.pop(stack))

    def _list(self, change: Change | Callable[[dict[str, Any]], Any]) -> None:
        file = self.platform / "manifest.json"
        manifest = json.loads(file.read_text(encoding="utf-8"))
        change(manifest["stacks"])
        file.write_text(json.dumps(manifest), encoding="utf-8")

    def preview(self, base: str = "base", **request: Any) -> Said:
        """Preview the working tree, once what was changed there is committed."""
        self.consoles = Consoles()
        given = {"environment": ENVIRONMENT, "base": base, "out": self.review, **request}
        given.setdefault("project", self.root)
        workspace = self.folder / "workspace"
        if not workspace.exists():
            share_provider(workspace)
        preview = PreviewCommand(
            PreviewRequest(**given, workspace=workspace),
            console=self.consoles.console,
            progress=self.consoles.progress,
        )
        return Said(preview.run(), self.consoles)

    @property
    def found(self) -> Any:
        """What the review says."""
        return json.loads((self.review / "review.json").read_text(encoding="utf-8"))

    def changes(self) -> set[tuple[str, str, str]]:
        """Stack, action and address of each change."""
        return {
            (stack["name"], change["action"], change["address"])
            for stack in self.found["stacks"]
            for change in stack["changes"]
        }


def whole_project(folder: Path) -> Path:
    """A copy of this very project, to be changed as a pull request would."""
    left_out = shutil.ignore_patterns(
        ".*", "node_modules", "cdktf.out", "__pycache__", "tests", "environments"
    )
    shutil.copytree(PROJECT, folder, ignore=left_out)
    for kept in (ENVIRONMENTS, SMALL_APPLICATION):
        shutil.copytree(kept, folder / kept.relative_to(PROJECT))
    (folder / ".terrace").symlink_to(PROJECT / ".terrace")
    return folder
