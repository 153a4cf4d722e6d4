"""SNS: whoever is told by e-mail has to confirm it; moto does so in their place.

https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.confirm.html
https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.sns.responses import SNSResponse

from automation.emulator.extensions.double import Refused

_EMAIL = ("email", "email-json")
_UNCONFIRMED = "PendingConfirmation"


class Sns(SNSResponse):
    """Subscriptions by e-mail that nobody has confirmed, for nobody reads the e-mails."""

    def subscribe(self) -> ActionResult:
        """The answer has an ARN only where it is asked for."""
        result = super().subscribe()
        arn = result.result["SubscriptionArn"]  # type: ignore[index]
        subscription = self.backend.subscriptions[arn]
        if subscription.protocol in _EMAIL and not subscription.confirmed:
            subscription.attributes["PendingConfirmation"] = "true"
            subscription.attributes["ConfirmationWasAuthenticated"] = "false"
            if str(self._get_param("ReturnSubscriptionArn")).lower() != "true":
                return ActionResult({"SubscriptionArn": "pending confirmation"})
        return result

    def list_subscriptions_by_topic(self) -> ActionResult:
        """Without their ARNs as long as they are not confirmed."""
        return self._without_arns(super().list_subscriptions_by_topic())

    def list_subscriptions(self) -> ActionResult:
        """Without their ARNs as long as they are not confirmed."""
        return self._without_arns(super().list_subscriptions())

    def unsubscribe(self) -> ActionResult:
        """What is pending ends by itself after two days.

        The provider waits for this message, internal/service/sns/topic_subscription.go.
        """
        found = self.backend.subscriptions.get(self._get_param("SubscriptionArn"))
        if found is not None and _is_pending(found):
            message = "Cannot unsubscribe a subscription that is pending confirmation"
            raise Refused(
                "InvalidParameter", f"Invalid parameter: SubscriptionArn Reason: {message}"
            )
        return super().unsubscribe()

    def confirm_subscription(self) -> ActionResult:
        """The token, which AWS sends by e-mail, is the address here."""
        topic, token = self._get_param("TopicArn"), self._get_param("Token")
        for each in self.backend.subscriptions.values():
            if each.topic.arn == topic and each.endpoint == token and _is_pending(each):
                each.confirmed = True
                each.attributes["PendingConfirmation"] = "false"
                return ActionResult({"SubscriptionArn": each.arn})
        raise Refused("InvalidParameter", "Invalid parameter: Token")

    def _without_arns(self, result: ActionResult) -> ActionResult:
        found: dict[str, Any] = result.result  # type: ignore[assignment]
        names = {"SubscriptionArn": "arn", "Protocol": "protocol", "Endpoint": "endpoint"}
        found["Subscriptions"] = [
            {
                **{name: getattr(each, attribute) for name, attribute in names.items()},
                "Owner": self.current_account,
                "TopicArn": each.topic.arn,
                **({"SubscriptionArn": _UNCONFIRMED} if _is_pending(each) else {}),
            }
            for each in found["Subscriptions"]
        ]
        return ActionResult(found)


def _is_pending(subscription: Any) -> bool:
    return bool(subscription.attributes.get("PendingConfirmation") == "true")
