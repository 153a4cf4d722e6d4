"""What the application's own log tells."""

from collections.abc import Iterator

from constructs import Construct

from config.naming import Naming
from modules.monitoring.alarm import Alarm, at_once
from modules.monitoring.log_metric import LogMetric
from modules.monitoring.metric import Metric

PURPOSE, FAILURES = "application-errors", "process-failures"


class ApplicationErrors(Construct):
    """Counts the errors in a log of JSON lines that have a `level`.

    With `processes` there are others than web, of which systemd says that they failed.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        log_group_name: str,
        processes: bool = False,
    ) -> None:
        super().__init__(scope, id_)
        self._naming = naming
        self._log_group_name = log_group_name
        self.metric = self._counted(
            "errors", PURPOSE, '{ ($.level = "ERROR") || ($.level = "CRITICAL") }'
        )
        self._failures = (
            self._counted("failures", FAILURES, '{ ($.logger = "process") && ($.level = "ERROR") }')
            if processes
            else None
        )

    def alarms(self, *, threshold: int) -> Iterator[Alarm]:
        """Go off when there are more errors in five minutes, or a failure; silence is none."""
        yield _at_once(PURPOSE, "The application logs many errors.", self.metric, threshold)
        if self._failures is not None:
            # Nobody else notices what fails at night.
            about = "A process of the application failed that no visitor asks."
            yield _at_once(FAILURES, about, self._failures, 0)

    def _counted(self, id_: str, purpose: str, pattern: str) -> Metric:
        return LogMetric(
            self,
            id_,
            naming=self._naming,
            purpose=purpose,
            log_group_name=self._log_group_name,
            pattern=pattern,
        ).metric


def _at_once(purpose: str, description: str, metric: Metric, threshold: int) -> Alarm:
    return at_once(
        Alarm(
            purpose=purpose,
            description=description,
            metric=metric,
            threshold=threshold,
            treat_missing_data="notBreaching",
        )
    )
