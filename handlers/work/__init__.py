"""Background work: arrays of handlers that run once or again and again, and last."""
