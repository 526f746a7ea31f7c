"""The trigger of records: created, updated, deleted."""
