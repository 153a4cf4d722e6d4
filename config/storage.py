"""Settings of the storage tier."""

from pydantic import Field

from config.fields import Section


class Storage(Section):
    """How long the buckets keep what is in them."""

    log_days: int = Field(365, ge=1, le=3653, description="days that access logs are kept")
    noncurrent_version_days: int = Field(
        90, ge=1, le=3653, description="days that replaced object versions are kept"
    )
    asset_transition_days: int = Field(
        30, ge=30, le=3653, description="days before assets move to intelligent tiering"
    )
