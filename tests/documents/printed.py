"""What a page shows of what is printed, held against what is printed."""

import re

_BOX = re.compile(r"[│╭╮╰╯├┤┬┴┼─]+")
_WHEN = re.compile(r"\b\d+ (?:second|minute|hour)s? ago\b|\bjust now\b")
# Hashes, then whatever else differs from run to run and between environments: numbers.
_HASH = re.compile(r"\b(?=[a-f]*\d)[0-9a-f]{8,}\b")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_LEFT_OUT = "…"


def missing(shown: str, printed: str) -> list[str]:
    """The lines that a page shows and that were not printed, or not in this order."""
    said = iter([_plain(line) for line in printed.splitlines()])
    wanted = [line for line in shown.splitlines() if _plain(line) not in ("", _LEFT_OUT)]
    # Each line is looked for behind the one before it.
    for number, line in enumerate(wanted):
        pattern = _pattern(line)
        if not any(pattern.match(each) for each in said):
            return wanted[number:]
    return []


def _pattern(line: str) -> re.Pattern[str]:
    """How a printed line begins, with anything in the place of what is left out."""
    parts = _plain(line).split(_LEFT_OUT)
    return re.compile(".*".join(re.escape(part.strip()) + r"\s*" for part in parts))


def _plain(line: str) -> str:
    told = _WHEN.sub("then", _BOX.sub(" ", line))
    return " ".join(_NUMBER.sub("#", _HASH.sub("#", told)).split())
