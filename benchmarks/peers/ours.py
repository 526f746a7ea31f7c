"""Our engine in the race: `python -m benchmarks.peers.ours run 1000`.

PEER_NODE is `mark`, a node without effects, or `outside_mark`, a call outside.
"""

import os
import sys

from django.core.management import call_command

from benchmarks.executions import chain, start, workflow
from benchmarks.peers import race


def main() -> None:
    count, kind = int(sys.argv[2]), os.environ["PEER_NODE"]
    call_command("migrate", verbosity=0)
    start(workflow(chain(race.STEPS, kind)), count)
    os.environ |= {"WORKERS": str(race.WORKERS), "VAR_DIR": os.environ["MARKS"]}
    race.spawn(sys.executable, "-m", "benchmarks.manage", "runcluster")
    race.finish(count)


if __name__ == "__main__":
    main()
