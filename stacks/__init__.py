"""One Terraform stack for each tier, each with a state of its own."""

import bindings

bindings.prepare()
