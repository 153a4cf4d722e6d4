"""What is wrong with the application's directory, for the person who can mend it."""


class ArtifactError(Exception):
    """The application cannot be packed; the message says why, and what to do."""
