"""What a reloaded execution must know of its jobs, however many it has."""

from collections.abc import Sequence
from dataclasses import fields

from django.db.models import Max, Q

from workflows.models import Job
from workflows.statements import JobRow
from workflows.states import OPEN_JOBS, JobStatus

#: The columns of a job, in the order of `JobRow`.
_COLUMNS = [field.name for field in fields(JobRow)]
#: Jobs whose results later nodes see.
DONE = frozenset({JobStatus.SUCCEEDED, JobStatus.CONTINUED, JobStatus.SKIPPED})


def jobs_of(ids: Sequence[int], many: Sequence[int] = ()) -> dict[int, list[JobRow]]:
    """Read the jobs of executions, in their order.

    Of those with `many` jobs, which loop, only the ones that are open and the latest
    result of each node: of each kind of result, for only successes set variables.
    """
    jobs: dict[int, list[JobRow]] = {pk: [] for pk in ids}
    few = [pk for pk in ids if pk not in set(many)]
    wanted = Q(execution__in=few) if few else Q()
    if many:
        wanted |= _latest(many)
    if ids:
        stored = Job.objects.filter(wanted).order_by("number")
        for values in stored.values_list(*_COLUMNS):
            job = JobRow(*values)
            jobs[job.execution_id].append(job)
    return jobs


def _latest(ids: Sequence[int]) -> Q:
    wanted = Q(execution__in=ids, status__in=OPEN_JOBS)
    done = Job.objects.filter(execution__in=ids, status__in=DONE).order_by()
    last = done.values("execution", "node_key", "status").annotate(last=Max("number"))
    numbers: dict[int, list[int]] = {}
    for pk, number in last.values_list("execution", "last"):
        numbers.setdefault(pk, []).append(number)
    for pk, chosen in numbers.items():
        wanted |= Q(execution=pk, number__in=chosen)
    return wanted
