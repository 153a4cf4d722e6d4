"""The load balancer, and what proves to it that a request came through CloudFront."""
