import time

from automation.emulator import Emulator
from automation.emulator.proxy import HASTY, LATENCY


def test_the_sdk_for_go_is_answered_no_sooner_than_over_a_network(emulator: Emulator) -> None:
    sts = emulator.client("sts")
    sts.meta.events.register(
        "before-send", lambda request, **_: request.headers.update({"User-Agent": f"{HASTY}-v2/1"})
    )
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
