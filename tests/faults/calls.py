"""What a request asks of AWS, and how AWS words an error in the protocol that it speaks.

https://smithy.io/2.0/aws/protocols/index.html
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

Answer = tuple[int, dict[str, str], str | bytes]
_ID = "00000000-0000-0000-0000-000000000000"


class Protocol(StrEnum):
    """How a service speaks."""

    JSON = "json"
    CBOR = "cbor"
    QUERY = "query"
    EC2 = "ec2"
    S3 = "s3"
    REST_XML = "rest-xml"
    REST_JSON = "rest-json"


_REST_XML = ("cloudfront", "route53", "s3-control")


@dataclass(frozen=True)
class Call:
    """A service, and the action that is called or else method and path."""

    service: str
    action: str
    protocol: Protocol
    method: str = "POST"

    @classmethod
    def of(cls, method: str, url: str, headers: Mapping[str, str], body: bytes) -> "Call":
        """What a request calls."""
        parts = urlsplit(url)
        service = service_of(parts.netloc)
        if target := headers.get("X-Amz-Target"):
            return cls(service, target.rpartition(".")[2], Protocol.JSON, method)
        if "cbor" in headers.get("smithy-protocol", ""):
            return cls(service, parts.path.rpartition("/")[2], Protocol.CBOR, method)
        action = parse_qs(body[:4096].decode("utf-8", "replace")).get("Action", [""])[0]
        if action:
            protocol = Protocol.EC2 if service == "ec2" else Protocol.QUERY
            return cls(service, action, protocol, method)
        query = f"?{parts.query}" if parts.query else ""
        return cls(service, f"{method} {parts.path}{query}", _rest(service), method)


def service_of(host: str) -> str:
    """A service by its host: the last label that is neither a region nor the domain."""
    labels = host.removesuffix(".amazonaws.com").removesuffix(".api.aws").split(".")
    named = [each for each in labels if not re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d|dualstack", each)]
    return named[-1] if named else host


def _rest(service: str) -> Protocol:
    if service == "s3":
        return Protocol.S3
    return Protocol.REST_XML if service in _REST_XML else Protocol.REST_JSON


def error(call: Call, status: int, code: str, message: str) -> Answer:
    """The answer of a service that refuses a call."""
    protocol = call.protocol
    if protocol in (Protocol.JSON, Protocol.REST_JSON):
        headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-ErrorType": code}
        return status, headers, json.dumps({"__type": code, "message": message})
    if protocol is Protocol.CBOR:
        headers = {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
        return status, headers, _cbor({"__type": code, "message": message})
    text = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
    if protocol is Protocol.S3:
        body = "" if call.method == "HEAD" else f"<Error>{text}<RequestId>{_ID}</RequestId></Error>"
    elif protocol is Protocol.EC2:
        body = (
            f"<Response><Errors><Error>{text}</Error></Errors><RequestID>{_ID}</RequestID>"
            "</Response>"
        )
    else:
        body = (
            f"<ErrorResponse><Error><Type>Sender</Type>{text}</Error>"
            f"<RequestId>{_ID}</RequestId></ErrorResponse>"
        )
    return status, {"Content-Type": "text/xml"}, body


_THROTTLED = {
    Protocol.JSON: (400, "ThrottlingException"),
    Protocol.CBOR: (400, "ThrottlingException"),
    Protocol.QUERY: (400, "Throttling"),
    Protocol.EC2: (503, "RequestLimitExceeded"),
    Protocol.S3: (503, "SlowDown"),
    Protocol.REST_XML: (400, "Throttling"),
    Protocol.REST_JSON: (429, "TooManyRequestsException"),
}


def throttled(call: Call) -> Answer:
    """As each protocol says that there were too many calls."""
    status, code = _THROTTLED[call.protocol]
    return error(call, status, code, "Rate exceeded")


def denied(call: Call) -> Answer:
    """As AWS refuses what no policy allows."""
    code = "UnauthorizedOperation" if call.protocol is Protocol.EC2 else "AccessDenied"
    who = "User: arn:aws:iam::123456789012:user/terrace is not authorized to perform: "
    return error(call, 403, code, f"{who}{call.service}:{call.action}")


def unavailable(call: Call) -> Answer:
    """As AWS answers while something is wrong on its side."""
    return error(call, 503, "ServiceUnavailable", "The service is unavailable.")


def _cbor(fields: Mapping[str, str]) -> bytes:
    """A map of short texts: https://www.rfc-editor.org/rfc/rfc8949.html."""
    encoded = bytes([0xA0 + len(fields)])
    for text in (each for pair in fields.items() for each in pair):
        content = text.encode()
        encoded += bytes([0x78, len(content)]) + content
    return encoded
