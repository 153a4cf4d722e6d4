"""The commands of the AWS CLI that an instance uses as it boots, with botocore."""

import argparse
import os
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError


def parser() -> argparse.ArgumentParser:
    aws = argparse.ArgumentParser(prog="aws", allow_abbrev=False)
    services = aws.add_subparsers(required=True)
    s3 = services.add_parser("s3", allow_abbrev=False).add_subparsers(required=True)
    copy = s3.add_parser("cp", allow_abbrev=False)
    copy.add_argument("paths", nargs=2)
    for flag in ("--recursive", "--only-show-errors"):
        copy.add_argument(flag, action="store_true")
    for option in ("--exclude", "--include", "--content-type", "--cache-control"):
        copy.add_argument(option)
    copy.set_defaults(run=copied)
    api = services.add_parser("s3api", allow_abbrev=False).add_subparsers(required=True)
    put = api.add_parser("put-object", allow_abbrev=False)
    for option in ("--bucket", "--key", "--body", "--if-none-match", "--if-match"):
        put.add_argument(option)
    put.set_defaults(run=put_object)
    get = api.add_parser("get-object", allow_abbrev=False)
    get.add_argument("outfile")
    for option in ("--bucket", "--key", "--query", "--output"):
        get.add_argument(option, required=True)
    get.set_defaults(run=get_object)
    manager = services.add_parser("secretsmanager", allow_abbrev=False)
    secret = manager.add_subparsers(required=True).add_parser("get-secret-value")
    for option in ("--secret-id", "--query", "--output"):
        secret.add_argument(option, required=True)
    secret.set_defaults(run=get_secret)
    return aws


def client(service: str) -> Any:
    session = botocore.session.get_session()
    return session.create_client(service, region_name=os.environ["AWS_DEFAULT_REGION"])


def copied(given: argparse.Namespace) -> None:
    source, target = given.paths
    if not given.recursive:
        bucket, _, key = source.removeprefix("s3://").partition("/")
        answer = client("s3").get_object(Bucket=bucket, Key=key)
        Path(target).write_bytes(answer["Body"].read())
        return
    assert given.exclude == "*"
    bucket, _, prefix = target.removeprefix("s3://").partition("/")
    for file in sorted(Path(source).rglob("*")):
        name = file.relative_to(source).as_posix()
        if file.is_file() and fnmatch(name, given.include):
            headers = {"ContentType": given.content_type, "CacheControl": given.cache_control}
            body = file.read_bytes()
            client("s3").put_object(Bucket=bucket, Key=f"{prefix}/{name}", Body=body, **headers)


def put_object(given: argparse.Namespace) -> None:
    conditions = {"IfNoneMatch": given.if_none_match, "IfMatch": given.if_match}
    client("s3").put_object(
        Bucket=given.bucket,
        Key=given.key,
        Body=Path(given.body).read_bytes(),
        **{name: value for name, value in conditions.items() if value},
    )


def get_object(given: argparse.Namespace) -> None:
    answer = client("s3").get_object(Bucket=given.bucket, Key=given.key)
    Path(given.outfile).write_bytes(answer["Body"].read())
    print(answer[given.query])


def get_secret(given: argparse.Namespace) -> None:
    print(client("secretsmanager").get_secret_value(SecretId=given.secret_id)[given.query])


def main() -> int:
    given = parser().parse_args()
    try:
        given.run(given)
    except (BotoCoreError, ClientError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 254
    return 0


if __name__ == "__main__":
    sys.exit(main())
