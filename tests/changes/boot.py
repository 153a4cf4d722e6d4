"""What an instance is told as it boots."""

import base64
import gzip


def text(user_data: object) -> str:
    """A launch template's user data, compressed or not."""
    data = base64.b64decode(str(user_data))
    plain = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
    return plain.decode("utf-8", "replace")
