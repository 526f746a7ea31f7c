"""The workflow engine: definitions, executions and the contracts of plug-ins."""
