"""CloudFront and WAF."""
