"""What the page about retries shows is what happens."""

import json
from datetime import timedelta

from tests.conftest import NOW
from tests.docs.pages import DOCS
from workflows.graph import check
from workflows.node_options import Fault, Mishap, NodeOptions

PAGE = (DOCS / "explanation" / "retries-and-time-limits.md").read_text("utf-8")
RETRY, RESULT = [
    json.loads(part.split("```")[0]) for part in PAGE.split("```json\n")[1:]
]


def test_retry_of_the_page_rests_as_it_says():
    node = {"key": "call", "type": "http", "retry": RETRY}
    assert not check({"schema": 1, "nodes": [node]})
    retry = NodeOptions.read(node).retry
    fault = Fault(Mishap.FAILED, "no", "Failed")

    rests = [retry.next_try(attempt, fault, NOW) for attempt in range(1, 6)]

    seconds = [10, 20, 40, 80]
    assert rests == [*(NOW + timedelta(seconds=s) for s in seconds), None]


def test_error_of_the_page_is_what_later_nodes_see():
    error = RESULT["error"]
    fault = Fault(
        Mishap.FAILED, error["message"], error["type"], result=error["result"]
    )

    assert fault.as_result() == RESULT
