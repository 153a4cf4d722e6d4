"""Routes a request to moto, or to the extension of its service."""

import logging
import threading
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from moto.core.exceptions import ServiceException
from moto.core.request import Request
from moto.core.responses import ActionResult, BaseResponse
from moto.moto_proxy.proxy3 import MotoRequestHandler
from werkzeug.exceptions import HTTPException

from automation.emulator import validation
from automation.emulator.calls import read
from automation.emulator.extensions import RESPONSES, install

Response = tuple[int, dict[str, Any], str | bytes]

log = logging.getLogger(__name__)


class NotEmulated(ServiceException):
    """Neither moto nor an extension can do a call.

    AWS's SDKs retry a status of 500 and above for minutes; this one's is 400, and its code is none
    that the provider takes for the answer of an S3-compatible store.
    https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
    """

    code = "NotEmulated"


class Dispatcher:
    """Answers requests as AWS would."""

    def __init__(self, *, lenient: bool = False) -> None:
        install()
        self._lenient = lenient
        self._moto = MotoRequestHandler(port=0)
        self._service = cache(self._moto.get_backend_for_host)
        # moto keeps its state in plain dictionaries, which two requests at once would spoil.
        self._one_at_a_time = threading.Lock()

    def emulates(self, host: str) -> bool:
        """Whether a host is one of AWS's that moto knows."""
        return self._service(f"https://{host}") is not None

    def answer(self, method: str, url: str, headers: Any, body: bytes) -> Response:
        """Status, headers and body; what cannot be done is refused at once, by name."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        service = self._service(origin)
        if service is None:
            return HTTPStatus.BAD_REQUEST, {}, f"{parts.netloc} is not emulated"
        request = Request.from_primitives(method, url, headers, body)
        try:
            refused = None if self._lenient else self._refused(service, request)
            if refused is not None:
                return _error(service, request, refused)
            with self._one_at_a_time:
                return self._handle(service, origin, parts.path, request)
        except HTTPException as error:
            status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
            return status, dict(error.get_headers()), error.get_body()
        except NotImplementedError as error:
            return _refuse(service, request, str(error))
        except Exception as error:
            log.exception("%s %s failed", method, url)
            return _refuse(service, request, f"{type(error).__name__}: {error}")

    def _refused(self, service: str, request: Request) -> ServiceException | None:
        call = read(service, request)
        return validation.refusal(call) if call else None

    def _handle(self, service: str, origin: str, path: str, request: Request) -> Response:
        """Extensions route by AWS's own model of the service, so they need no URL patterns."""
        response = RESPONSES.get(service)
        if response is not None:
            handler = response.dispatch
        else:
            handler = self._moto.get_handler_for_host(origin, path)
        if handler is None:
            raise NotImplementedError(f"there is no handler for {path}")
        answer = handler(request, request.raw_url, request.headers)
        if not isinstance(answer, tuple):
            return HTTPStatus.OK, {}, answer
        status, headers, body = answer
        return status, headers, body


def _refuse(service: str, request: Request, reason: str) -> Response:
    response = BaseResponse(service)
    response.setup_class(request)
    call = response._get_action() or f"{request.method} {request.path}"
    message = f"the emulator cannot do {call} of {service}: {reason}"
    log.error(message)
    return _error(service, request, NotEmulated(message))


def _error(service: str, request: Request, error: ServiceException) -> Response:
    """The error in the protocol that the client speaks."""
    response = BaseResponse(service)
    response.setup_class(request, use_raw_body=service == "s3")
    return response.serialized(ActionResult(error))
