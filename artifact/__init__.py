"""The application's directory as a reproducible archive: same content, same bytes, same hash."""

from artifact.errors import ArtifactError
from artifact.release import Release, Runtime, check, pack, published

__all__ = ["ArtifactError", "Release", "Runtime", "check", "pack", "published"]
