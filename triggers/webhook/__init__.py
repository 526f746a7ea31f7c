"""The trigger of requests: another program calls the address of a workflow."""
