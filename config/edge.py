"""Settings of the edge tier."""

from typing import Annotated, Literal

from pydantic import Field

from config.fields import Section

PathPattern = Annotated[
    str,
    Field(
        pattern=r"^/[A-Za-z0-9_\-.*$/~\"'@:+&]*$",
        max_length=255,
        description="a CloudFront path pattern that starts with /, such as /static/*",
    ),
]
CountryCode = Annotated[
    str, Field(pattern=r"^[A-Z]{2}$", description="a two-letter country code, such as US")
]
# https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
ManagedRuleGroup = Annotated[
    str,
    Field(
        pattern=r"^AWSManagedRules[A-Za-z0-9]+(RuleSet|List)$",
        description="an AWS managed rule group, such as AWSManagedRulesCommonRuleSet",
    ),
]
ManagedRule = Annotated[
    str,
    Field(
        pattern=r"^AWSManagedRules[A-Za-z0-9]+(RuleSet|List)/\w+$",
        description="a rule of a managed rule group, such as "
        "AWSManagedRulesCommonRuleSet/SizeRestrictions_BODY",
    ),
]


class Waf(Section):
    """What the web application firewall lets through."""

    rate_limit: int = Field(
        2000, ge=10, le=2_000_000_000, description="requests per address in five minutes, from 10"
    )
    managed_rule_groups: tuple[ManagedRuleGroup, ...] = Field(
        (
            "AWSManagedRulesAmazonIpReputationList",
            "AWSManagedRulesCommonRuleSet",
            "AWSManagedRulesKnownBadInputsRuleSet",
            "AWSManagedRulesSQLiRuleSet",
        ),
        min_length=1,
        description="managed rule groups, in the order in which they are evaluated",
    )
    count_only: tuple[ManagedRuleGroup, ...] = Field(
        (), description="those of the managed rule groups that count matches and block nothing"
    )
    count_only_rules: tuple[ManagedRule, ...] = Field(
        (),
        description="single rules that count and block nothing, such as "
        "AWSManagedRulesCommonRuleSet/SizeRestrictions_BODY to let large uploads through",
    )


class Edge(Section):
    """CloudFront and WAF."""

    static_paths: tuple[PathPattern, ...] = Field(
        ("/static/*",),
        min_length=1,
        description="paths served from the assets bucket, the first one with the application's "
        "static files; all others are dynamic",
    )
    price_class: Literal["PriceClass_100", "PriceClass_200", "PriceClass_All"] = Field(
        "PriceClass_All", description='"PriceClass_100", "PriceClass_200" or "PriceClass_All"'
    )
    blocked_countries: tuple[CountryCode, ...] = Field(
        (), description='countries that are turned away, such as ["XX"]'
    )
    origin_timeout_seconds: int = Field(
        30, ge=1, le=60, description="seconds that the application has to answer, 1 to 60"
    )
    content_security_policy: str = Field(
        "default-src 'self'; frame-ancestors 'none'; object-src 'none'; base-uri 'self'",
        description="the Content-Security-Policy header of every response",
    )
    waf: Waf = Waf()
