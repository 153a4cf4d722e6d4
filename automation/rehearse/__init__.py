"""`rehearse`: deploys an environment to an AWS account that is emulated on this machine."""
