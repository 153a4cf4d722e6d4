"""How static files are to be served: their content types.

A table of our own, since Python's depends on the files of the machine that it runs on.
"""

from collections.abc import Iterable
from pathlib import PurePosixPath

_OTHER = "application/octet-stream"
_TYPES = {
    ".avif": "image/avif",
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".gif": "image/gif",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".mp4": "video/mp4",
    ".otf": "font/otf",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webm": "video/webm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
}


def content_types(paths: Iterable[str]) -> str:
    """For the upload: one line for each kind of file, a pattern, a tab and the content type."""
    patterns = {}
    for path in paths:
        suffix = PurePosixPath(path).suffix
        pattern = f"*{suffix}" if suffix else path
        patterns[pattern] = _TYPES.get(suffix.lower(), _OTHER)
    return "".join(f"{pattern}\t{type_}\n" for pattern, type_ in sorted(patterns.items()))
