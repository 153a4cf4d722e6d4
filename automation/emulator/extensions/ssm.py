"""Systems Manager: sessions, commands that are to end, and instances that are not there.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Operations.html
"""

import secrets
import uuid
from collections import defaultdict
from typing import Any, ClassVar

from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.models import ec2_backends
from moto.ssm.responses import SimpleSystemManagerResponse

from automation.emulator.extensions.double import Double, Refused

_RUNNING = "running"
# Documents of AWS's own by which sessions are started, and the parameters that each needs.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-restrict-access-examples.html
_DOCUMENTS = {
    "SSM-SessionManagerRunShell": (),
    "AWS-StartPortForwardingSession": (),
    "AWS-StartPortForwardingSessionToRemoteHost": ("host",),
}


class Ssm(SimpleSystemManagerResponse, Double):
    """Sessions by region and id; every instance that runs has an agent."""

    _sessions: ClassVar[dict[str, dict[str, dict[str, Any]]]] = defaultdict(dict)

    def send_command(self) -> ActionResult:
        """To instances that run.

        https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html
        """
        for each in self.parameters().get("InstanceIds", []):
            if not self._runs(each):
                raise Refused("InvalidInstanceId", f"Instances not in a valid state: {each}")
        return super().send_command()

    def cancel_command(self) -> EmptyResult:
        """One that nobody runs has ended already.

        https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CancelCommand.html
        """
        self.ssm_backend.get_command_by_id(self.parameters()["CommandId"])
        return EmptyResult()

    def start_session(self) -> ActionResult:
        """A session on an instance that runs; what holds its connection is the plugin's affair.

        https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartSession.html
        """
        given = self.parameters()
        target = given["Target"]
        if not self._runs(target):
            raise Refused("TargetNotConnected", f"{target} is not connected.")
        document = given.get("DocumentName", "SSM-SessionManagerRunShell")
        if document not in _DOCUMENTS:
            # Message form not confirmed.
            raise Refused("InvalidDocument", f"Document with name {document} does not exist.")
        if any(each not in given.get("Parameters", {}) for each in _DOCUMENTS[document]):
            # The API lists no code for this; message form not confirmed.
            raise Refused("InvalidParameters", f"{document} needs {_DOCUMENTS[document]}")
        id_ = f"session-{uuid.uuid4().hex[:17]}"
        self._sessions[self.region][id_] = {
            "SessionId": id_,
            "Target": target,
            "Status": "Connected",
            "DocumentName": document,
        }
        host = f"ssmmessages.{self.region}.amazonaws.com"
        return ActionResult(
            {
                "SessionId": id_,
                "TokenValue": secrets.token_urlsafe(64),
                "StreamUrl": f"wss://{host}/v1/data-channel/{id_}?role=publish_subscribe",
            }
        )

    def terminate_session(self) -> ActionResult:
        """End a session; one that has ended is ended again.

        https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_TerminateSession.html
        """
        id_ = self.parameters()["SessionId"]
        if id_ in self._sessions[self.region]:
            self._sessions[self.region][id_]["Status"] = "Terminated"
        return ActionResult({"SessionId": id_})

    def describe_sessions(self) -> ActionResult:
        """Those that are connected, or those that have ended.

        https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeSessions.html
        """
        active = self.parameters()["State"] == "Active"
        sessions = self._sessions[self.region].values()
        found = [each for each in sessions if (each["Status"] == "Connected") == active]
        return ActionResult({"Sessions": found})

    def _runs(self, instance: str) -> bool:
        backend = ec2_backends[self.current_account][self.region]
        return any(
            each.id == instance and each.state == _RUNNING
            for reservation in backend.reservations.values()
            for each in reservation.instances
        )
