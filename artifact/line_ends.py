"""Text as a repository stores it, whatever line ends a checkout has made of it."""

# What Git takes for text may have these few of the control characters.
# https://github.com/git/git/blob/v2.47.0/convert.c#L42
_CONTROLS = bytes({*range(32), 127} - set(b"\b\t\n\f\r\x1b"))


def as_stored(content: bytes) -> bytes:
    r"""The content with `\n` where `core.autocrlf` may have put `\r\n`; all else stays as it is.

    That is text in which every line ends in `\r\n`: Git changes no line of a file that has other
    line ends as well, nor of one that it takes for binary.
    """
    text = content.replace(b"\r\n", b"\n")
    lines = text.count(b"\n")
    if len(content) - len(text) != lines or b"\r" in text or b"\0" in text:
        return content
    odd = len(text) - len(text.translate(None, _CONTROLS))
    return content if (len(text) - lines - odd) >> 7 < odd else text
