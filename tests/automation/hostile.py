"""What users have in their environment, meant for something else."""

from collections.abc import Mapping

_FLAGS = (
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_USE_FIPS_ENDPOINT",
    "BOTOCORE_TCP_KEEPALIVE",
)
_BOGUS = (
    "ALL_PROXY",
    "AWS_ACCESS_KEY_ID",
    "AWS_ACCOUNT_ID_ENDPOINT_MODE",
    "AWS_AUTH_SCHEME_PREFERENCE",
    "AWS_CA_BUNDLE",
    "AWS_CONFIG_FILE",
    "AWS_DATA_PATH",
    "AWS_DEFAULTS_MODE",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL_STS",
    "AWS_MAX_ATTEMPTS",
    "AWS_METADATA_SERVICE_TIMEOUT",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_REQUEST_CHECKSUM_CALCULATION",
    "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES",
    "AWS_RESPONSE_CHECKSUM_VALIDATION",
    "AWS_RETRY_MODE",
    "AWS_ROLE_ARN",
    "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT",
    "AWS_S3_USE_ARN_REGION",
    "AWS_SESSION_TOKEN",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_STS_REGIONAL_ENDPOINTS",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "MOTO_S3_CUSTOM_ENDPOINTS",
    "REQUESTS_CA_BUNDLE",
    "https_proxy",
)
AWS: Mapping[str, str] = {
    **dict.fromkeys(_BOGUS, "bogus"),
    **dict.fromkeys(_FLAGS, "true"),
    "NO_PROXY": "*",
}
TERRAFORM: Mapping[str, str] = {
    "TF_CLI_ARGS": "-bogus",
    "TF_CLI_ARGS_init": "-lockfile=readonly",
    "TF_CLI_ARGS_plan": "-target=aws_vpc.vpc",
    "TF_CLI_ARGS_validate": "-bogus",
    "TF_CLI_ARGS_version": "-bogus",
    "TF_DATA_DIR": "/nonexistent",
    "TF_INPUT": "bogus",
    "TF_REATTACH_PROVIDERS": "bogus",
    "TF_VAR_region": "bogus",
    "TF_WORKSPACE": "bogus",
}
PIP: Mapping[str, str] = {
    "PIP_ABI": "bogus",
    "PIP_CONSTRAINT": "/nonexistent",
    "PIP_DRY_RUN": "1",
    "PIP_NO_BINARY": ":all:",
    "PIP_PLATFORM": "bogus",
    "PIP_PREFIX": "/nonexistent",
    "PIP_REQUIREMENT": "/nonexistent",
    "PIP_REQUIRE_VIRTUALENV": "1",
    "PIP_TARGET": "/nonexistent",
    "PIP_USER": "1",
}
GIT: Mapping[str, str] = {
    "GIT_COMMON_DIR": "/nonexistent",
    "GIT_DIR": "/nonexistent",
    "GIT_INDEX_FILE": "/nonexistent",
    "GIT_OBJECT_DIRECTORY": "/nonexistent",
    "GIT_PREFIX": "bogus/",
    "GIT_WORK_TREE": "/nonexistent",
}
