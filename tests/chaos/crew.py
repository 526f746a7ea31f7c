"""The processes of a campaign: started again when they die, as a supervisor would."""

import json
import os
import signal
import subprocess
import uuid
from collections import Counter
from time import monotonic

import psutil

from tests.processes.conftest import command, environment
from tests.processes.waiting import eventually, family
from workflows.orphans import die_with

#: Seconds before a member that ended is started again.
PAUSE = 0.3
#: Ends that need no explanation: asked to, asked to be started again, killed.
HONEST = {0, 3, -signal.SIGKILL, -signal.SIGTERM}
ROLES = ("worker", "worker", "monitor", "pusher")


class Member:
    """One command, while it lives and between its lives."""

    def __init__(self, name, arguments, crew):
        self.name = name
        self.arguments = arguments
        self.crew = crew
        self.process = None
        self.starts_at = 0.0
        #: What the processes below the sentinel are, by id; see `roles`.
        self.known = {}

    @property
    def pid(self):
        return self.process.pid

    @property
    def is_up(self):
        return self.process is not None and self.process.poll() is None

    def start(self):
        parent = os.getpid()
        with (self.crew.folder / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                command(*self.arguments),
                env=self.crew.variables,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=lambda: die_with(parent),  # noqa: PLW1509 - there is one thread
            )
        self.known = {}

    def send(self, number):
        if self.is_up:
            self.process.send_signal(number)

    def sentinel(self):
        """Find the process of django-q2 that watches over the others."""
        try:
            return next(iter(psutil.Process(self.pid).children()), None)
        except psutil.NoSuchProcess:
            return None

    def roles(self):
        """Tell what is what: by birth at first, then by who is missing."""
        sentinel = self.sentinel()
        try:
            born = family(sentinel.pid)[1:] if sentinel else []
        except psutil.NoSuchProcess:
            born = []
        pids = [each.pid for each in born]
        if not self.known and len(pids) < len(ROLES):
            return {}
        self.known = {pid: role for pid, role in self.known.items() if pid in pids}
        missing = Counter(ROLES) - Counter(self.known.values())
        new = [pid for pid in pids if pid not in self.known]
        # The sentinel looks after them in this order, too.
        self.known |= dict(zip(new, missing.elements(), strict=False))
        return self.known


class Crew:
    """Clusters, schedulers and a load on one database."""

    def __init__(self, folder, **variables):
        self.folder = folder
        self.run_id = uuid.uuid4().hex
        self.variables = environment(
            DJANGO_SETTINGS_MODULE="tests.chaos.settings",
            VAR_DIR=str(folder),
            CHAOS_RUN=self.run_id,
            PYTHONUNBUFFERED="1",
            **variables,
        )
        self.members = []
        self.ends = Counter()
        self.load = None
        #: Loads so far: events of different ones have different keys.
        self.loads = 0

    def add(self, name, *arguments):
        self.members.append(Member(name, arguments, self))

    @property
    def clusters(self):
        return [m for m in self.members if m.arguments[0] == "runcluster"]

    @property
    def schedulers(self):
        return [m for m in self.members if m.arguments[0] == "runscheduler"]

    def start(self):
        for member in self.members:
            member.start()
        for member in self.clusters:
            log = self.folder / f"{member.name}.log"
            eventually(
                lambda log=log: "The cluster is running." in log.read_text(),
                "the cluster runs",
                60,
            )
            eventually(lambda m=member: len(m.roles()) == len(ROLES), "all are born")

    def tick(self):
        """Start again what has ended."""
        for member in self.members:
            if member.is_up:
                continue
            if member.process is not None:
                self.ends[
                    member.name.rstrip("0123456789"), member.process.returncode
                ] += 1
                member.process = None
                member.starts_at = monotonic() + PAUSE
            elif monotonic() >= member.starts_at:
                member.start()

    def odd_ends(self):
        return {end: n for end, n in self.ends.items() if end[1] not in HONEST}

    def order(self, name, *arguments, value=None):
        """Run a command to its end with `value` as its input; give what it prints."""
        done = subprocess.run(
            command(name, *arguments),
            input=json.dumps(value),
            text=True,
            # The suite itself waits for a busy file.
            env={**self.variables, "CHAOS_PATIENCE": "30"},
            check=True,
            stdout=subprocess.PIPE,
        )
        return json.loads(done.stdout) if done.stdout else None

    def start_load(self, **wanted):
        parent = os.getpid()
        path = self.folder / "wanted"
        self.loads += 1
        path.write_text(json.dumps({"name": self.loads, **wanted}))
        with path.open("rb") as text, (self.folder / "load.log").open("wb") as log:
            self.load = subprocess.Popen(
                command("chaosload"),
                env=self.variables,
                stdin=text,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=lambda: die_with(parent),  # noqa: PLW1509 - there is one thread
            )

    def stop(self, seconds):
        """Ask everybody to end; list those that did not in time, or not well."""
        for member in self.members:
            member.send(signal.SIGTERM)
        end = monotonic() + seconds
        faults = []
        for member in self.members:
            try:
                code = member.process.wait(max(end - monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                faults.append(f"{member.name} did not stop within {seconds} s")
                continue
            if code not in {0, 3}:
                faults.append(f"{member.name} stopped with exit code {code}")
        return faults

    def left(self):
        """Find the processes of this run that live."""
        return [each for each in psutil.process_iter() if self._is_ours(each)]

    def _is_ours(self, process):
        try:
            ours = process.environ().get("CHAOS_RUN") == self.run_id
            return ours and process.status() != psutil.STATUS_ZOMBIE
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            return False

    def close(self):
        """Kill all that is left, whatever happened."""
        for process in self.left():
            process.kill()
        for member in [*self.members, self]:
            process = member.load if member is self else member.process
            if process is not None:
                process.wait(10)
