"""The whole configuration of one environment."""

from typing import Annotated, Literal

from pydantic import Field

from config import regions
from config.allowed import Form
from config.application import Application, Where
from config.audit import Audit
from config.database import Database
from config.dns import Dns
from config.edge import Edge
from config.fields import AccountId, DomainName, Region, RetentionDays, Section, TagKey, TagValue
from config.monitoring import Monitoring
from config.naming import Naming
from config.network import Network
from config.storage import Storage


class Tags(Section):
    """Tags that every taggable resource carries."""

    owner: TagValue = Field("platform", description="the team that answers for it")
    cost_center: TagValue = Field("unassigned", description="who pays for it")
    data_classification: Literal["public", "internal", "confidential", "restricted"] = Field(
        "confidential", description="who may see the data"
    )
    compliance: TagValue = Field(
        "none",
        description="the regime that it falls under, pci-dss for instance, or none",
    )
    extra: dict[TagKey, TagValue] = Field(
        default_factory=dict,
        max_length=30,
        description="a further tag, none of Terrace's own and none that starts with aws:; for more "
        "there is no room, as Route 53 takes ten",
    )


EnvironmentName = Annotated[
    str,
    Field(pattern=r"^[a-z][a-z0-9]*$", max_length=17),
    Form("a lower-case letter, then lower-case letters and digits", "prod"),
]
AppId = Annotated[
    str,
    Field(pattern=r"^[a-z0-9]+$", min_length=1, max_length=17),
    Form("lower-case letters and digits, as a string", "349081"),
]


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
SecretReader = Annotated[
    str,
    Field(pattern=r"^(role|user)/[A-Za-z0-9+=,.@_/*-]+$", max_length=200),
    Form(
        "role/ or user/ and a name of IAM's, in which * stands for any characters",
        "role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Administrator*",
    ),
]


class Settings(Section):
    """One environment; a section that is left out has production-grade defaults."""

    environment: EnvironmentName = Field(description="the file's name")
    app_id: AppId = Field(description="what names start with, after the environment's")
    account_id: AccountId
    region: Region
    domain: DomainName
    deletion_protection: bool = Field(
        True,
        description="true: data and the load balancer cannot be deleted; false: they can, and "
        "database.final_snapshot says what stays",
    )
    log_retention_days: RetentionDays = 365
    secret_readers: tuple[SecretReader, ...] = Field(
        ("role/*", "user/*"),
        max_length=20,
        description="who may read the secrets that Terrace makes up, if IAM lets them, beside the "
        "roles of the workflows: leave in who deploys by hand, and nobody else",
    )
    tags: Tags = Tags()
    network: Network = Network()
    dns: Dns = Dns()
    storage: Storage = Storage()
    database: Database = Database()
    application: Application = Application()
    edge: Edge = Edge()
    monitoring: Monitoring = Monitoring()
    audit: Audit = Audit()

    @property
    def naming(self) -> Naming:
        """Names and tags of this environment."""
        return Naming(
            environment=self.environment,
            app_id=self.app_id,
            account_id=self.account_id,
            region=self.region,
            tags={**self.tags.extra, **self.required_tags},
        )

    @property
    def free_storage_alarm_gib(self) -> float:
        """GiB that are free when the database's alarm goes off.

        RDS makes room when a tenth is free, so with half of that it has not been able to.
        https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html
        """
        chosen = self.monitoring.thresholds.database_free_storage_gib
        return chosen or min(self.database.allocated_storage_gib / 20, 100)

    @property
    def audit_alarm_emails(self) -> tuple[str, ...]:
        """Who hears of security, backups and what RDS reports."""
        return self.audit.alarm_emails or self.monitoring.alarm_emails

    @property
    def required_tags(self) -> dict[str, str]:
        """What every taggable resource carries, whatever else is configured."""
        return {
            "Environment": self.environment,
            "Application": self.app_id,
            "Owner": self.tags.owner,
            "CostCenter": self.tags.cost_center,
            "DataClassification": self.tags.data_classification,
            "Compliance": self.tags.compliance,
            "ManagedBy": "terrace",
        }

    @property
    def availability_zones(self) -> tuple[str, ...]:
        """The zones by name, those that are left included."""
        first = regions.zones(self.region)[: self.network.availability_zone_count]
        return self.network.availability_zones or first

    @property
    def zones_in_use(self) -> tuple[str, ...]:
        """The zones that stay."""
        leaving = self.network.leaving_zones
        return tuple(each for each in self.availability_zones if each not in leaving)

    @property
    def load_balancers(self) -> tuple[Where, ...]:
        """Where load balancers are, the one that CloudFront asks first."""
        chosen = self.application.load_balancer
        if not self.application.both_load_balancers:
            return (chosen,)
        return ("public", "private") if chosen == "public" else ("private", "public")

    @property
    def site_names(self) -> tuple[str, ...]:
        """Every host name of the site, the domain first."""
        return (self.domain, *(f"{alias}.{self.domain}" for alias in self.dns.aliases))
