"""The one place that knows django-q2: wake-ups, their broker and the process host."""

from workflows.cluster.wakeups import EARLY, forget_messages, muted, unheard, wake

__all__ = ["EARLY", "forget_messages", "muted", "unheard", "wake"]
