"""The trigger of ended executions: one workflow follows another."""
