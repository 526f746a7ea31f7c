"""Forks: branches that begin side by side, and that are given up."""

from datetime import datetime

from workflows.contracts import Fork
from workflows.engine.frames import Frame, Track
from workflows.engine.mishaps import limit_of
from workflows.engine.run import Run
from workflows.statements import JobRow
from workflows.states import JobStatus


def begin_fork(run: Run, job: JobRow, answer: Fork, now: datetime) -> None:
    """Put each branch on a track of its own; an empty one has ended at once."""
    set_limit(run, job, now)
    frame = Frame(run.step.key, job.number, 0)
    frame.tracks = [
        Track(
            run.step.branches.get(branch, run.step.key),
            parent=run.track,
            branch=branch,
        )
        for branch in answer.branches
    ]
    run.frames.append(frame)


def set_limit(run: Run, job: JobRow, now: datetime) -> None:
    """Note how long a node with branches may take, when it is entered."""
    limit = limit_of(run.step.options)
    if limit is not None and job.expires_at is None:
        run.touch(job).expires_at = now + limit


def close_branches(run: Run, frame: Frame, now: datetime) -> None:
    """Give up what the branches of a fork still do: their open jobs are cancelled."""
    for track in frame.tracks:
        if track.end is None:
            close(run, track, now)


def close(run: Run, track: Track, now: datetime) -> None:
    """Give up all that is open on a track, because something around it ends."""
    for frame in track.frames:
        close_branches(run, frame, now)
        _cancel(run, run.job_of(frame), now)
    if track.open_job is not None:
        _cancel(run, track.open_job, now)
    track.frames.clear()
    track.open_job = None


def _cancel(run: Run, job: JobRow, now: datetime) -> None:
    cancelled = run.touch(run.latest(job))
    cancelled.status, cancelled.finished_at = JobStatus.CANCELLED, now
