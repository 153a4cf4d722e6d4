"""What the command line tells its user instead of a traceback."""

# The exit code of a command that Ctrl-C ended, as shells have it.
INTERRUPTED = 130


class UserError(Exception):
    """Something that the user can mend: the message says what, and how."""


class CommandError(Exception):
    """A program that Terrace ran failed; the message is what it printed."""
