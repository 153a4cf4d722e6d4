"""What is done with one stack to destroy it, here and in a rehearsal."""

import json
from collections.abc import Collection, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from automation.deployment.backoff import PATIENT, Backoff
from automation.deployment.steps import connect, persist
from automation.fleet import Track
from automation.runner import Step
from automation.synthesis import Stack

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client


def destroy_stack(track: Track, *, backoff: Backoff = PATIENT) -> bool:
    """Connect to a stack's state and destroy what it holds, and whether that succeeded."""
    return connect(track, backoff) and empty_stack(track, backoff=backoff)


def empty_stack(track: Track, *, backoff: Backoff = PATIENT) -> bool:
    """The same of a stack that is connected to its state."""
    return persist(track, lambda: _attempt(track), backoff)


def _attempt(track: Track) -> bool:
    plan: partial[Step] = partial(track.runner.plan, "destroy")
    if not track.do("plan to destroy", plan):
        return False
    return not track.steps[-1].changed or track.do("destroy", track.runner.apply)


def left_behind(
    client: "S3Client", stacks: Iterable[Stack], destroyed: Collection[str]
) -> Iterator[str]:
    """What the states of destroyed stacks still hold, and locks that nobody released."""
    for stack in stacks:
        backend = stack.content["terraform"]["backend"]["s3"]
        bucket, key = backend["bucket"], backend["key"]
        if stack.name in destroyed:
            body = client.get_object(Bucket=bucket, Key=key)["Body"]
            state: dict[str, Any] = json.load(body)
            for resource in state["resources"]:
                yield f"{stack.name}: {resource['mode']} {resource['type']}.{resource['name']}"
        locks = client.list_objects_v2(Bucket=bucket, Prefix=f"{key}.tflock")
        yield from (lock["Key"] for lock in locks.get("Contents", ()))
