"""Settings of the edge tier."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from config.allowed import Form, Instead
from config.countries import country
from config.fields import Section

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html
PathPattern = Annotated[
    str,
    Field(pattern=r"^/[A-Za-z0-9_.*$/~\"'@:+&-]*$", max_length=255),
    Form(
        "a CloudFront path pattern of / and then letters, digits and _ . * $ / ~ \" ' @ : + & -",
        "/static/*",
    ),
]
CountryCode = Annotated[
    str,
    Field(pattern=r"^[A-Z]{2}$"),
    AfterValidator(country),
    Form("a country's two letters in ISO 3166", "KP"),
    Instead({"UK": 'write "GB", which is ISO\'s code for the United Kingdom'}),
]
_NEEDS_SETTINGS = "remove it: this rule group needs settings of its own, which Terrace has not"
# Without those that do nothing until they know, say, the path of a log-in form.
# https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
# https://docs.aws.amazon.com/waf/latest/APIReference/API_ManagedRuleGroupConfig.html
ManagedRuleGroup = Annotated[
    Literal[
        "AWSManagedRulesAdminProtectionRuleSet",
        "AWSManagedRulesAmazonIpReputationList",
        "AWSManagedRulesAnonymousIpList",
        "AWSManagedRulesCommonRuleSet",
        "AWSManagedRulesKnownBadInputsRuleSet",
        "AWSManagedRulesLinuxRuleSet",
        "AWSManagedRulesPHPRuleSet",
        "AWSManagedRulesSQLiRuleSet",
        "AWSManagedRulesUnixRuleSet",
        "AWSManagedRulesWindowsRuleSet",
        "AWSManagedRulesWordPressRuleSet",
    ],
    Instead(
        {
            f"AWSManagedRules{name}RuleSet": _NEEDS_SETTINGS
            for name in ("ACFP", "ATP", "AntiDDoS", "BotControl")
        }
    ),
]
ManagedRule = Annotated[
    str,
    Field(
        pattern=r"^AWSManagedRules[A-Za-z0-9]+(RuleSet|List)/[A-Za-z0-9_]+$",
        max_length=200,
    ),
    Form(
        "<managed rule group>/<rule>",
        "AWSManagedRulesCommonRuleSet/SizeRestrictions_BODY",
    ),
]
# One line of visible ASCII and spaces, without the braces that Terraform would read.
HeaderValue = Annotated[
    str,
    Field(pattern=r"^[!-z|~]([ -z|~]*[!-z|~])?$", max_length=1783),
    Form("one line of ASCII without { and }, and no space at its ends", "default-src 'self'"),
]


# What a URI path starts with once it is decoded and without dots; its query is no part of it.
PathPrefix = Annotated[
    str,
    Field(pattern=r"^/[A-Za-z0-9_.~+@/-]*$", max_length=200),
    Form("the beginning of a path, of / and then letters, digits and _ . ~ + @ / -", "/api/"),
]


class BodyLimit(Section):
    """How long the bodies of requests to some paths may be."""

    path: PathPrefix = Field(description="what the paths begin with")
    # https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-setting-body-inspection-limit.html
    kib: int = Field(
        16, ge=1, le=64, description="KiB of a body; AWS charges more for each request above 16"
    )


class Waf(Section):
    """What the web application firewall lets through."""

    rate_limit: int = Field(
        2000, ge=10, le=2_000_000_000, description="requests per address in five minutes"
    )
    managed_rule_groups: tuple[ManagedRuleGroup, ...] = Field(
        (
            "AWSManagedRulesAmazonIpReputationList",
            "AWSManagedRulesCommonRuleSet",
            "AWSManagedRulesKnownBadInputsRuleSet",
            "AWSManagedRulesSQLiRuleSet",
        ),
        min_length=1,
        max_length=11,
        description="managed rule groups, in the order in which they are evaluated",
    )
    count_only: tuple[ManagedRuleGroup, ...] = Field(
        (),
        max_length=11,
        description="those of the managed rule groups that count matches and block nothing",
    )
    count_only_rules: tuple[ManagedRule, ...] = Field(
        (),
        max_length=100,
        description="single rules that count and block nothing, beside "
        "AWSManagedRulesCommonRuleSet/SizeRestrictions_BODY, which never blocks: it would "
        "refuse every upload and form above 8 KiB",
    )
    body_limits: tuple[BodyLimit, ...] = Field(
        (),
        max_length=10,
        description="paths to which longer bodies are refused, as [[edge.waf.body_limits]], the "
        "longest beginning counts; elsewhere the application says how much it takes",
    )


Header = Literal[
    "Content-Security-Policy",
    "Permissions-Policy",
    "Referrer-Policy",
    "Strict-Transport-Security",
    "X-Content-Type-Options",
    "X-Frame-Options",
]


class ResponseHeaders(Section):
    """Security headers that CloudFront adds to every response."""

    # https://hstspreload.org/#deployment-recommendations
    transport_security_seconds: int = Field(
        86_400,
        ge=300,
        le=63_072_000,
        description="seconds for which browsers ask over HTTPS alone, and from which nobody can "
        "go back before they are over: start short, two years are the aim",
    )
    include_subdomains: bool = Field(
        False, description="whether all names below the domain have to answer over HTTPS, too"
    )
    preload: bool = Field(
        False, description="whether browsers may list the domain as HTTPS alone, for good"
    )
    frame_options: Literal["DENY", "SAMEORIGIN"] = Field(
        "DENY", description="who may show the site in a frame"
    )
    # https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ResponseHeadersPolicyReferrerPolicy.html
    referrer_policy: Literal[
        "no-referrer",
        "no-referrer-when-downgrade",
        "origin",
        "origin-when-cross-origin",
        "same-origin",
        "strict-origin",
        "strict-origin-when-cross-origin",
        "unsafe-url",
    ] = Field(
        "strict-origin-when-cross-origin",
        description="how much of an address other sites are told",
    )
    permissions_policy: HeaderValue = Field(
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        description="what browsers let pages use",
    )
    override: tuple[Header, ...] = Field(
        ("Strict-Transport-Security", "X-Content-Type-Options"),
        max_length=6,
        description="headers that replace the application's own; others are for responses that "
        "have none, so that an application may send, say, a nonce in its own policy",
    )


class Edge(Section):
    """CloudFront and WAF."""

    # CloudFront has at most 25 behaviors unless one asks for more: one is the error pages'.
    # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
    static_paths: tuple[PathPattern, ...] = Field(
        ("/static/*",),
        min_length=1,
        max_length=23,
        description="paths served from the assets bucket, the first one with the application's "
        "static files; all others are dynamic",
    )
    price_class: Literal["PriceClass_100", "PriceClass_200", "PriceClass_All"] = Field(
        "PriceClass_All", description="where CloudFront serves from, the cheapest regions or all"
    )
    blocked_countries: tuple[CountryCode, ...] = Field(
        (), max_length=249, description="countries that are turned away"
    )
    origin_timeout_seconds: int = Field(
        30, ge=1, le=60, description="seconds that the application has to answer"
    )
    content_security_policy: HeaderValue = Field(
        "default-src 'self'; frame-ancestors 'none'; object-src 'none'; base-uri 'self'",
        description="the Content-Security-Policy header of responses that have none of their own",
    )
    response_headers: ResponseHeaders = ResponseHeaders()
    waf: Waf = Waf()
