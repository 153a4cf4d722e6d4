"""Errors that end a command with a line in place of a traceback, and its exit codes."""

# The exit code of a command that Ctrl-C ended, as shells have it.
INTERRUPTED = 130


class UserError(Exception):
    """Something that the user can mend: the message says what, and how."""


class CommandError(Exception):
    """A program that Terrace ran failed; the message is what it printed."""
