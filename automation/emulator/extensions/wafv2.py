"""WAF: a web ACL stays while something is behind it; moto deletes it.

https://docs.aws.amazon.com/waf/latest/APIReference/API_DeleteWebACL.html
"""

import re
from collections.abc import Iterator
from typing import Any

from moto.cloudfront.models import cloudfront_backends
from moto.wafv2.responses import WAFV2Response

from automation.emulator.extensions.double import Refused

_LOGS = re.compile(
    r"arn:[\w-]+:(logs:[\w-]+:\d+:log-group:|s3:::|firehose:[\w-]+:\d+:deliverystream/)aws-waf-logs-[^:]*"
)
_INVALID_ARN = (
    "Error reason: The ARN isn't valid. A valid ARN begins with arn: and includes other information"
    " separated by colons or slashes."
)
_IN_USE = (
    "AWS WAF couldn\u2019t perform the operation because your resource is being used by another"
    " resource or it\u2019s associated with another resource."
)
_DUPLICATE = (
    "AWS WAF couldn\u2019t perform the operation because some resource in your request is a"
    " duplicate of an existing one."
)


class Wafv2(WAFV2Response):
    """Web ACLs that know what is behind them."""

    def create_web_acl(self) -> Any:
        """Moto has another code for a name that is taken.

        https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateWebACL.html
        """
        name, scope = self._get_param("Name"), self._get_param("Scope")
        if any((each.name, _scope(arn)) == (name, scope) for arn, each in self._found()):
            raise Refused("WAFDuplicateItemException", _DUPLICATE)
        return super().create_web_acl()

    def update_web_acl(self) -> Any:
        """What is left out of it goes; moto keeps that.

        https://docs.aws.amazon.com/waf/latest/APIReference/API_UpdateWebACL.html
        """
        answer = super().update_web_acl()
        for _, each in self._found():
            if each.id == self._get_param("Id"):
                each.association_config = self._get_param("AssociationConfig")
                if not self._get_param("Rules"):
                    each.rules = []
        return answer

    def put_logging_configuration(self) -> Any:
        """Into what is called so that everybody sees what it is for.

        https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
        """
        for each in self._get_param("LoggingConfiguration")["LogDestinationConfigs"]:
            if not _LOGS.fullmatch(each):
                message = f"{_INVALID_ARN}, field: LOG_DESTINATION, parameter: {each}"
                raise Refused("WAFInvalidParameterException", message)
        return super().put_logging_configuration()

    def delete_web_acl(self) -> Any:
        """What is in use stays."""
        for arn, each in self._found():
            if each.id == self._get_param("Id") and (each.associated_resources or self._has(arn)):
                raise Refused("WAFAssociatedItemException", _IN_USE)
        return super().delete_web_acl()

    def _found(self) -> Iterator[tuple[str, Any]]:
        if self._get_param("Scope") == "CLOUDFRONT":
            self.region = "global"
        yield from self.wafv2_backend.wacls.items()

    def _has(self, arn: str) -> bool:
        """Whether a distribution names a web ACL."""
        distributions = cloudfront_backends[self.current_account]["aws"].distributions.values()
        return any(each.WebACLId == arn for each in distributions)


def _scope(arn: str) -> str:
    return "CLOUDFRONT" if ":global/" in arn else "REGIONAL"
