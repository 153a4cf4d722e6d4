"""Texts with values that only Terraform knows, as expressions for its functions."""

import re

from cdktf import Fn

_TOKEN = re.compile(r"(\$\{TfToken\[[^\]]+\]\})")


def literal(text: str) -> str:
    """A text as a string of Terraform's, whatever characters are in it.

    Values of other resources may stand in it. None of them may be a secret: Terraform takes what
    comes from another stack for one, and would not show in a plan what changes.
    """
    pieces = [_piece(piece) for piece in _TOKEN.split(text) if piece]
    joined: str = pieces[0] if len(pieces) == 1 else Fn.join("", pieces)
    return joined


def _piece(text: str) -> str:
    if _TOKEN.fullmatch(text):
        return str(Fn.nonsensitive(text))
    # `raw_string` escapes quotes, line ends and `${`, but neither of these.
    return Fn.raw_string(text.replace("\\", "\\\\").replace("%{", "%%{"))
