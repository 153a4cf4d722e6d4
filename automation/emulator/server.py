"""`python -m automation.emulator.server`: the emulator, in a process of its own."""

import argparse
import json
import logging
import os
import signal
import sys
import threading
from pathlib import Path

from automation.emulator import PORT_TAKEN


def main() -> int:
    """Print one line of JSON when ready, then serve until stopped."""
    arguments = _arguments()
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.INFO)
    _configure(arguments.account_id)
    # moto reads its environment as it is imported.
    from automation.emulator.calls import Record  # noqa: PLC0415
    from automation.emulator.dispatch import Dispatcher  # noqa: PLC0415
    from automation.emulator.extensions.route53 import add_hosted_zone  # noqa: PLC0415
    from automation.emulator.proxy import Proxy  # noqa: PLC0415

    record = Record(arguments.record) if arguments.record else None
    try:
        dispatcher = Dispatcher(
            arguments.account_id,
            lenient=arguments.lenient,
            record=record,
            stubborn=arguments.stubborn,
        )
        proxy = Proxy(arguments.port, dispatcher)
    except OSError as error:
        print(error, file=sys.stderr)
        return PORT_TAKEN
    for zone in arguments.hosted_zone:
        id_, _, name = zone.partition("=")
        add_hosted_zone(arguments.account_id, id_, name)
    if arguments.until_stdin_closes:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    signal.signal(signal.SIGTERM, _end)
    print(json.dumps({"port": proxy.server_port, "ca": proxy.authority.pem}), flush=True)
    proxy.serve_forever(poll_interval=60)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--account-id", required=True)
    parser.add_argument("--until-stdin-closes", action="store_true", help="end with the parent")
    parser.add_argument("--lenient", action="store_true", help="forgive what AWS refuses")
    parser.add_argument("--record", type=Path, help="the file to write the calls to")
    parser.add_argument("--stubborn", type=Path, help="the file for what is retried in vain")
    parser.add_argument("--hosted-zone", action="append", default=[], metavar="ID=NAME")
    return parser.parse_args()


def _configure(account_id: str) -> None:
    """Moto's own switches: https://docs.getmoto.org/en/latest/docs/configuration/."""
    os.environ |= {
        "MOTO_ACCOUNT_ID": account_id,
        "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
        "MOTO_ACM_VALIDATION_WAIT": "0",
        "TEST_PROXY_MODE": "true",
    }


def _end_with_parent() -> None:
    """The pipe that is standard input closes when the parent ends, however it ends."""
    sys.stdin.buffer.read()
    os._exit(0)


def _end(*_: object) -> None:
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
