import time

from automation.emulator import Emulator
from automation.emulator.proxy import LATENCY


def test_no_call_with_a_body_is_answered_sooner_than_over_a_network(emulator: Emulator) -> None:
    sts = emulator.client("sts")
    sts.get_caller_identity()
    calls = 20
    start = time.perf_counter()
    for _ in range(calls):
        sts.get_caller_identity()
    assert time.perf_counter() - start >= calls * LATENCY


def test_an_answer_of_many_tls_records_arrives_whole(emulator: Emulator) -> None:
    s3 = emulator.client("s3")
    s3.create_bucket(
        Bucket="large", CreateBucketConfiguration={"LocationConstraint": emulator.region}
    )
    content = bytes(range(256)) * 4096
    s3.put_object(Bucket="large", Key="object", Body=content)
    for _ in range(3):
        assert s3.get_object(Bucket="large", Key="object")["Body"].read() == content
