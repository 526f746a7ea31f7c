"""Every address of the admin: one table, what it is about, and what tests all of it."""
