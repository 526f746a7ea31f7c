"""The one place that knows django-q2: wake-ups, their broker and the process host."""

from workflows.cluster.wakeups import forget_messages, muted, unheard, wake

__all__ = ["forget_messages", "muted", "unheard", "wake"]
