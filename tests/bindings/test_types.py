"""The code has only arguments that the lower end of the range of providers has, too.

The upper end is CDKTN's, once the code is renamed (test_switch.py).
"""

import sys
from pathlib import Path

import pytest

from bindings import environments
from tests.bindings.others import run, types

# Provider 6 has a region for every resource, and 5.100 has not.
NEWER = """
from cdktf_cdktf_provider_aws.s3_bucket import S3BucketConfig
S3BucketConfig(bucket="a", region="us-west-2")
"""


@pytest.mark.slow
@pytest.mark.rehearsal
def test_provider_5_knows_every_argument(tmp_path: Path) -> None:
    python = environments.create(environments.PROVIDER_5, tmp_path / "venv")
    checked = run(python, "-m", "mypy", f"--cache-dir={tmp_path / 'cache'}")
    assert checked.returncode == 0, checked.stdout
    assert 'Unexpected keyword argument "region"' in types(python, NEWER, tmp_path / "older")
    assert types(Path(sys.executable), NEWER, tmp_path / "newer").startswith("Success")
