import pytest

from tests.conftest import NOW
from workflows.models import Execution
from workflows.states import FINAL, TRANSITIONS, ExecutionStatus, sources


def test_every_status_has_its_row_in_the_table():
    assert set(TRANSITIONS) == set(ExecutionStatus)


@pytest.mark.parametrize("status", sorted(FINAL))
def test_nothing_leaves_a_final_state(status):
    assert all(status not in sources(target) for target in ExecutionStatus)


@pytest.mark.parametrize("target", ExecutionStatus)
@pytest.mark.parametrize("source", ExecutionStatus)
def test_an_execution_moves_only_as_the_table_says(make_version, source, target):
    version = make_version()
    execution = Execution.objects.create(
        workflow=version.workflow,
        version=version,
        event_key="1",
        created_at=NOW,
        status=source,
    )

    moved = Execution.objects.filter(pk=execution.pk).move(target)

    assert moved == int(target in TRANSITIONS[source])
