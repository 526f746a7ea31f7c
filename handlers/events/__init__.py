"""Events that workflows wait for: sent by name, or to an address of their own."""

from handlers.events.forwarding import forward
from handlers.events.sending import send_event

__all__ = ["forward", "send_event"]
