"""What tests of user data boot."""

from modules.application.user_data import Boot

BOOT = Boot(
    release="0123456789abcdef" * 4,
    packages=["python3.11"],
    artifacts_bucket="artifacts",
    assets_bucket="assets",
    assets_path="static/0123456789ab",
    static_directory="static",
    database="arn:database",
    region="us-west-2",
    port=8080,
    release_seconds=120,
    environment={"GREETING": "hello"},
    secrets={},
)
