"""The documents, and the commands that are in them."""

import re
from dataclasses import dataclass
from functools import cache

from tests.processes import PROJECT

# Documents elsewhere are of the user: of an application, or of what else the repository holds.
PLACES = (
    "artifact",
    "automation",
    "benchmarks",
    "bindings",
    "config",
    "docs",
    "environments",
    "examples",
    "modules",
    "stacks",
    "tests",
)
# `sh` is typed by the reader, `text` is printed or drawn, the others are parts of files.
LANGUAGES = ("sh", "text", "toml", "python", "diff", "json", "yaml", "markdown")
_FENCE = re.compile(r"^ *```(\w*)$")
_INLINE = re.compile(r"`((?:[^`\n]|\n(?!\s*\n))+)`")
# A comment stands apart by two blanks.
_COMMENT = re.compile(r"(^|\s{2,})# .*$")


@dataclass(frozen=True)
class Block:
    """What stands between two fences."""

    document: str
    line: int
    language: str
    content: str

    def __str__(self) -> str:
        return f"{self.document}:{self.line}"

    @property
    def commands(self) -> tuple["Command", ...]:
        """Each line without its comment; one that ends in a backslash goes on in the next."""
        found, begun = [], ""
        for offset, line in enumerate(self.content.splitlines(), start=1):
            begun += _COMMENT.sub("", line).strip()
            if begun.endswith("\\"):
                begun = begun.removesuffix("\\")
            elif begun:
                found.append(Command(self.document, self.line + offset, begun, block=True))
                begun = ""
        return tuple(found)


@dataclass(frozen=True)
class Command:
    """What the reader may type: a line of a block, or words in code within a sentence."""

    document: str
    line: int
    text: str
    block: bool

    def __str__(self) -> str:
        return f"{self.document}:{self.line}: {self.text}"


@cache
def documents() -> tuple[str, ...]:
    """Every document of Terrace; what packages bring along is none."""
    found = [file for place in PLACES for file in (PROJECT / place).rglob("*.md")]
    names = [file.relative_to(PROJECT) for file in (*PROJECT.glob("*.md"), *found)]
    return tuple(sorted(str(name) for name in names if "node_modules" not in name.parts))


def read(document: str) -> str:
    return (PROJECT / document).read_text(encoding="utf-8")


def blocks(document: str, text: str | None = None) -> list[Block]:
    """The blocks of a document, in their order."""
    found, opened = [], None
    lines = (read(document) if text is None else text).splitlines()
    for number, line in enumerate(lines, start=1):
        fence = _FENCE.match(line)
        if fence and opened is None:
            opened = (number, fence.group(1))
        elif fence and opened is not None:
            content = "\n".join(lines[opened[0] : number - 1])
            found.append(Block(document, *opened, content))
            opened = None
    if opened is not None:
        raise AssertionError(f"{document}:{opened[0]}: the block has no end")
    return found


def inline(document: str, text: str | None = None) -> list[Command]:
    """What stands in code within sentences, over the end of a line, too."""
    content = read(document) if text is None else text
    fenced, lines = False, []
    for line in content.splitlines():
        fence = bool(_FENCE.match(line))
        # An empty line ends a sentence, and with it whatever code was left open.
        lines.append("" if fence or fenced else line)
        fenced ^= fence
    prose = "\n".join(lines)
    return [
        Command(document, prose.count("\n", 0, match.start()) + 1, words, block=False)
        for match in _INLINE.finditer(prose)
        if (words := " ".join(match.group(1).split()))
    ]


def script(document: str) -> list[Command]:
    """What a document has its reader type, in order."""
    shell = (block for block in blocks(document) if block.language == "sh")
    return [command for block in shell for command in block.commands]
