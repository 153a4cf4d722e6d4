"""`cost --refresh` asks AWS's Price List by real HTTP.

What is answered here was written by hand, after AWS's page of GetProducts:
https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_pricing_GetProducts.html
"""

import json
import threading
import tomllib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from automation.cost import PRICES, command, load
from automation.cost.command import run_cost
from automation.errors import CommandError
from automation.terraform.stacks import ordered, read
from tests.automation.consoles import Consoles

# The price and the unit of each usage type; two of one are two products.
ANSWERS = {
    "USW2-BoxUsage:t3.micro": ["0.0104"],
    "USW2-BoxUsage:m7g.large": ["0.0900"],
    "USW2-NatGateway-Hours": ["0.046"],
    "us-west-2-KMS-Keys": ["1.5"],
    "HostedZone": ["0.60"],
    "USW2-LoadBalancerUsage": ["0.03", "0.04"],
    "USW2-VpcEndpoint-Hours": ["10"],
    "USW2-EBS:VolumeUsage.gp3": ["0", "0.09"],
}
TIERED = "USW2-EBS:VolumeUsage.gp3"


def product(usage: str, *prices: str) -> str:
    dimensions = {
        str(number): {"beginRange": str(number * 10), "pricePerUnit": {"USD": price}}
        for number, price in enumerate(prices)
    }
    region = {} if usage == "HostedZone" else {"regionCode": "us-west-2"}
    return json.dumps(
        {
            "product": {"sku": "A", "attributes": {"usagetype": usage, **region}},
            "terms": {"OnDemand": {"A.B": {"priceDimensions": dimensions}}},
        }
    )


def answer(asked: dict[str, Any]) -> list[str]:
    filters = {each["Field"]: each["Value"] for each in asked["Filters"]}
    if "instanceType" in filters:
        return [product("USW2-BoxUsage:t3.micro", *ANSWERS["USW2-BoxUsage:t3.micro"])]
    usage = filters["usagetype"]
    prices = ANSWERS.get(usage, [])
    if usage == TIERED:
        return [product(usage, *prices)]
    return [product(usage, price) for price in prices]


class PriceList(BaseHTTPRequestHandler):
    """AWS's Price List, of two pages for everything that it has."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert self.headers["X-Amz-Target"] == "AWSPriceListService.GetProducts"
        body = {"FormatVersion": "aws_v1", "PriceList": answer(asked)}
        if "NextToken" not in asked:
            body = {"FormatVersion": "aws_v1", "PriceList": [], "NextToken": "2"}
        text = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), PriceList)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host, port = server.server_address[:2]
    monkeypatch.setenv("AWS_ENDPOINT_URL_PRICING", f"http://{host!s}:{port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    yield
    server.shutdown()
    server.server_close()
    load.cache_clear()


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output_of: Callable[[str], Path]) -> Path:
    monkeypatch.setattr(command, "stacks_of", lambda name: ordered(read(output_of(name))))
    copy = tmp_path / "prices.toml"
    copy.write_text(PRICES.read_text(encoding="utf-8"), encoding="utf-8")
    return copy


def run(file: Path, consoles: Consoles) -> int:
    return run_cost(
        "prod",
        as_json=False,
        renew=True,
        console=consoles.console,
        progress=consoles.progress,
        file=file,
    )


@pytest.mark.usefixtures("endpoint")
def test_renews_what_the_price_list_has_exactly_one_of(file: Path) -> None:
    consoles = Consoles()
    before = tomllib.loads(file.read_text(encoding="utf-8"))
    assert run(file, consoles) == 0
    after = tomllib.loads(file.read_text(encoding="utf-8"))
    prices = after["price"]
    for name, dollars in {
        "nat_gateway": "0.046",
        "key": "1.5",
        "hosted_zone": "0.60",
        "volume": "0.09",
    }.items():
        assert prices[name]["dollars"] == dollars
        assert prices[name]["source"] == "https://api.pricing.us-east-1.amazonaws.com"
        assert prices[name]["date"] > "2026"
        assert "region" not in prices[name]
    assert prices["instance"]["types"] == {"m7g.large": "0.09", "t3.micro": "0.0104"}
    # Two that differ, and one that looks like another unit, are left for somebody to look at.
    for name in ("load_balancer", "endpoint", "dashboard", "database"):
        assert prices[name] == before["price"][name]
    told = " ".join(consoles.errors.getvalue().split())
    assert "load_balancer is as it was: the Price List has not exactly one" in told
    assert "endpoint is as it was: 10 in place of 0.01 looks like another unit" in told
    # What people wrote in the file is still there.
    comments = [line for line in PRICES.read_text("utf-8").splitlines() if line[:1] == "#"]
    kept = [line for line in file.read_text("utf-8").splitlines() if line[:1] == "#"]
    assert kept == comments


def test_without_credentials_the_file_stays_as_it_is(
    file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    before = file.read_text(encoding="utf-8")
    with pytest.raises(CommandError, match="credentials"):
        run(file, Consoles())
    assert file.read_text(encoding="utf-8") == before
