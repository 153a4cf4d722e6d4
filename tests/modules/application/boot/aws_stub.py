"""The commands of the AWS CLI that an instance uses as it boots, with botocore.

One server answers them all: a process for each would take longer than everything else in a boot.
"""

import argparse
import json
import socketserver
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Lock, Thread
from typing import Any, NoReturn

from botocore.credentials import ContainerProvider
from botocore.exceptions import BotoCoreError, ClientError

from automation.emulator import Emulator
from automation.rehearse.account import session

# What the instances have in the place of `aws`: a region, where a process gets its credentials and
# by which token, how many arguments there are, and these; answered by an exit code in a line of its
# own, and by what is to be written.
PROGRAM = """#!/bin/bash
echo "$*" >>"$SANDBOX/aws.log"
exec 3<>/dev/tcp/127.0.0.1/{port}
token=$(cat "${{AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE-/dev/null}}")
place=${{AWS_CONTAINER_CREDENTIALS_FULL_URI-}}
printf '%s\\0' "${{AWS_DEFAULT_REGION?}}" "$place" "$token" $# "$@" >&3
read -r code <&3
if [ "$code" = 0 ]; then cat <&3; else cat <&3 >&2; fi
exit "$code"
"""
HEADERS = {
    "--if-none-match": "IfNoneMatch",
    "--if-match": "IfMatch",
    "--content-type": "ContentType",
    "--cache-control": "CacheControl",
}
ClientOf = Callable[[str], Any]


class _Parser(argparse.ArgumentParser):
    def __init__(self, **given: Any) -> None:
        super().__init__(**{**given, "allow_abbrev": False})

    def error(self, message: str) -> NoReturn:
        raise ValueError(message)


def parser() -> argparse.ArgumentParser:
    aws = _Parser(prog="aws")
    services = aws.add_subparsers(required=True)
    s3 = services.add_parser("s3").add_subparsers(required=True)
    copy = s3.add_parser("cp")
    copy.add_argument("paths", nargs=2)
    copy.add_argument("--only-show-errors", action="store_true")
    copy.set_defaults(run=copied)
    api = services.add_parser("s3api").add_subparsers(required=True)
    put = api.add_parser("put-object")
    for option in ("--bucket", "--key", "--body"):
        put.add_argument(option, required=True)
    for option in ("--query", "--output", *HEADERS):
        put.add_argument(option)
    put.set_defaults(run=put_object)
    get = api.add_parser("get-object")
    get.add_argument("outfile")
    for option in ("--bucket", "--key", "--query", "--output"):
        get.add_argument(option, required=True)
    get.set_defaults(run=get_object)
    manager = services.add_parser("secretsmanager")
    secret = manager.add_subparsers(required=True).add_parser("get-secret-value")
    for option in ("--secret-id", "--query", "--output"):
        secret.add_argument(option, required=True)
    secret.set_defaults(run=get_secret)
    sts = services.add_parser("sts").add_subparsers(required=True).add_parser("assume-role")
    for option in ("--role-arn", "--role-session-name", "--query", "--output"):
        sts.add_argument(option, required=True)
    sts.set_defaults(run=assume_role)
    scaling = services.add_parser("autoscaling").add_subparsers(required=True)
    complete = scaling.add_parser("complete-lifecycle-action")
    complete.add_argument("--lifecycle-action-result", required=True)
    complete.set_defaults(run=complete_launch)
    extend = scaling.add_parser("record-lifecycle-action-heartbeat")
    extend.set_defaults(run=extend_launch)
    for each in (complete, extend):
        for option in ("--auto-scaling-group-name", "--lifecycle-hook-name", "--instance-id"):
            each.add_argument(option, required=True)
    return aws


def copied(given: argparse.Namespace, client: ClientOf) -> str:
    source, target = given.paths
    bucket, _, key = source.removeprefix("s3://").partition("/")
    answer = client("s3").get_object(Bucket=bucket, Key=key)
    Path(target).write_bytes(answer["Body"].read())
    return ""


def put_object(given: argparse.Namespace, client: ClientOf) -> str:
    headers = {
        name: getattr(given, option.removeprefix("--").replace("-", "_"))
        for option, name in HEADERS.items()
    }
    answer = client("s3").put_object(
        Bucket=given.bucket,
        Key=given.key,
        Body=Path(given.body).read_bytes(),
        **{name: value for name, value in headers.items() if value},
    )
    return f"{answer[given.query]}\n" if given.query else "{}\n"


def get_object(given: argparse.Namespace, client: ClientOf) -> str:
    answer = client("s3").get_object(Bucket=given.bucket, Key=given.key)
    Path(given.outfile).write_bytes(answer["Body"].read())
    return f"{answer[given.query]}\n"


def get_secret(given: argparse.Namespace, client: ClientOf) -> str:
    answer = client("secretsmanager").get_secret_value(SecretId=given.secret_id)
    return f"{answer[given.query]}\n"


def assume_role(given: argparse.Namespace, client: ClientOf) -> str:
    answer = client("sts").assume_role(
        RoleArn=given.role_arn, RoleSessionName=given.role_session_name
    )
    return json.dumps(answer[given.query], default=datetime.isoformat, indent=4)


def complete_launch(given: argparse.Namespace, client: ClientOf) -> str:
    client("autoscaling").complete_lifecycle_action(
        AutoScalingGroupName=given.auto_scaling_group_name,
        LifecycleHookName=given.lifecycle_hook_name,
        LifecycleActionResult=given.lifecycle_action_result,
        InstanceId=given.instance_id,
    )
    return ""


def extend_launch(given: argparse.Namespace, client: ClientOf) -> str:
    client("autoscaling").record_lifecycle_action_heartbeat(
        AutoScalingGroupName=given.auto_scaling_group_name,
        LifecycleHookName=given.lifecycle_hook_name,
        InstanceId=given.instance_id,
    )
    return ""


def handed_out(place: str, token: str) -> dict[str, str]:
    """The variables by which a process signs, by the credentials that its instance hands it."""
    environ = {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": place,
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": token,
    }
    keys = ContainerProvider(environ).load().get_frozen_credentials()
    return {
        "AWS_ACCESS_KEY_ID": str(keys.access_key),
        "AWS_SECRET_ACCESS_KEY": str(keys.secret_key),
        "AWS_SESSION_TOKEN": str(keys.token),
    }


def answered(arguments: list[str], client: ClientOf) -> tuple[int, str]:
    """The exit code, and what is written."""
    try:
        given = parser().parse_args(arguments)
        return 0, given.run(given, client)
    except ValueError as error:
        return 252, f"\n{error}\n"
    except (BotoCoreError, ClientError) as error:
        return 254, f"\n{error}\n"


@contextmanager
def aws(emulator: Emulator, role: Mapping[str, str]) -> Iterator[str]:
    """What `aws` is for as long as the context lasts: a program's text.

    `role` are the variables by which the instance signs; a process signs as it is told to.
    """
    clients: dict[tuple[str, str, str], Any] = {}
    making = Lock()

    def client(service: str, region: str, keys: Mapping[str, str]) -> Any:
        with making:
            key = service, region, keys["AWS_ACCESS_KEY_ID"]
            if key not in clients:
                signing: Any = session(emulator, keys)
                clients[key] = signing.client(service, region_name=region)
            return clients[key]

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            region, place, token, count = (self._text() for _ in range(4))
            arguments = [self._text() for _ in range(int(count))]
            keys = handed_out(place, token) if place else role
            code, output = answered(arguments, lambda service: client(service, region, keys))
            self.wfile.write(f"{code}\n{output}".encode())

        def _text(self) -> str:
            found = bytearray()
            while (byte := self.rfile.read(1)) != b"\0":
                assert byte, "an instance was ended"
                found += byte
            return found.decode()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield PROGRAM.format(port=server.server_address[1])
        finally:
            server.shutdown()
            thread.join()
