"""CloudFormation, for stacks like that of the state bucket.

moto's own ignores versioning, public access blocks and policies of buckets, aliases, conditions in
updates, termination protection, request tokens, and rolls nothing back.
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Operations.html
"""

from automation.emulator.extensions.cloudformation.response import CloudFormation

__all__ = ["CloudFormation"]
