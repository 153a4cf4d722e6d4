"""The changes that a team makes in a platform's first year."""

from tests.changes.change import Change

CHANGES = (
    Change(
        name="another health check path",
        after='application.health_check.path = "/ready"',
    ),
    Change(
        name="one alias more",
        after='dns.aliases = ["www", "shop"]',
        fact="D1",
        seen="the certificate of the load balancer does not exist",
    ),
    Change(
        name="another port",
        after="application.port = 9090",
        fact="N4",
        seen="is not served after",
    ),
)
