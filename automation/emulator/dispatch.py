"""Routes a request to moto, or to the extension of its service."""

import logging
import threading
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import UnknownServiceError
from moto.core.exceptions import ServiceException
from moto.core.parse import RequestParserError
from moto.core.request import Request
from moto.core.responses import ActionResult, BaseResponse
from moto.moto_proxy.proxy3 import MotoRequestHandler
from werkzeug.exceptions import HTTPException

from automation.emulator import validation
from automation.emulator.calls import ApiCall, Record, Response, read
from automation.emulator.extensions import RESPONSES, install
from automation.emulator.refusals import Refusals, said
from automation.emulator.rights import Authorization, Denied, services
from automation.emulator.rights.records import Records

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

    def __init__(
        self,
        account_id: str,
        *,
        lenient: bool = False,
        record: Record | None = None,
        stubborn: Path | None = None,
    ) -> None:
        install()
        self._account = Records(account_id)
        self._lenient = lenient
        self._record = record
        self._refusals = Refusals(stubborn)
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
        service = self._service(f"{parts.scheme}://{parts.netloc}")
        if service is None:
            return HTTPStatus.BAD_REQUEST, {}, f"{parts.netloc} is not emulated"
        request = Request.from_primitives(method, url, headers, body)
        call = None if self._lenient else _read(service, request)
        with self._one_at_a_time:
            asked = Authorization(call, self._account) if call else None
            response = self._answer(service, request, asked)
            if call:
                response = self._unless_again(service, request, call, response)
        if asked and self._record:
            self._record.write(
                asked.call,
                response[0],
                principal=asked.principal.arn,
                needs=asked.needs if asked.principal.role else (),
                unknown=validation.told(asked.call),
            )
        return response

    def _answer(self, service: str, request: Request, asked: Authorization | None) -> Response:
        try:
            refused = _refused(asked) if asked else None
            if isinstance(refused, Denied):
                _, headers, body = _error(service, request, refused)
                return refused.status, headers, body
            if refused is not None:
                return _error(service, request, refused)
            return self._handle(service, request)
        except HTTPException as error:
            status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
            return status, dict(error.get_headers()), error.get_body()
        except NotImplementedError as error:
            return _refuse(service, request, str(error))
        except Exception as error:
            log.exception("%s %s failed", request.method, request.raw_url)
            return _refuse(service, request, f"{type(error).__name__}: {error}")

    def _unless_again(
        self, service: str, request: Request, call: ApiCall, response: Response
    ) -> Response:
        """The response, unless it is a refusal that is retried though nothing has changed."""
        if response[0] < HTTPStatus.BAD_REQUEST:
            self._refusals.accepted(call)
            return response
        if call.provider is None:
            return response
        error = self._refusals.refused(call, *said(call, request, response))
        return _error(service, request, error) if error else response

    def _handle(self, service: str, request: Request) -> Response:
        """Extensions route by AWS's own model of the service, so they need no URL patterns."""
        response = RESPONSES.get(service)
        if response is not None:
            handler = response.dispatch
        else:
            parts = urlsplit(request.raw_url)
            origin = f"{parts.scheme}://{parts.netloc}"
            handler = self._moto.get_handler_for_host(origin, parts.path)
        if handler is None:
            raise NotImplementedError(f"there is no handler for {request.path}")
        answer = handler(request, request.raw_url, request.headers)
        if not isinstance(answer, tuple):
            return HTTPStatus.OK, {}, answer
        status, headers, body = answer
        return status, headers, body


def _refused(asked: Authorization) -> ServiceException | None:
    """AWS looks at who asks before it looks at what is asked, and at what services may do last."""
    return (
        asked.denial()
        or validation.refusal(asked.call)
        or services.refusal(asked.call, asked.account)
    )


def _read(service: str, request: Request) -> ApiCall | None:
    """The call that a request makes; None for one that no model can read, which moto answers."""
    try:
        return read(service, request)
    except UnknownServiceError:
        # moto's own interface.
        return None
    except (RequestParserError, ValueError, KeyError, AttributeError, TypeError):
        log.exception("%s %s cannot be read", request.method, request.raw_url)
        return None


def _refuse(service: str, request: Request, reason: str) -> Response:
    call = _spoken(service, request)._get_action() or f"{request.method} {request.path}"
    message = f"the emulator cannot do {call} of {service}: {reason}"
    log.error(message)
    return _error(service, request, NotEmulated(message))


def _error(service: str, request: Request, error: ServiceException) -> Response:
    """The error in the protocol that the client speaks."""
    return _spoken(service, request).serialized(ActionResult(error))


def _spoken(service: str, request: Request) -> BaseResponse:
    """What knows the protocol of a request; an object of S3's is any bytes, which are no text."""
    response = BaseResponse(service)
    response.setup_class(request, use_raw_body=service == "s3")
    return response
