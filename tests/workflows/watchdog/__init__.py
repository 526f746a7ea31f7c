"""The watchdog: what it sees, what it does about it, whom it tells."""
