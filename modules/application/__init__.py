"""Load balancer and Auto Scaling."""
