"""The error that every other error of the engine derives from."""


class WorkflowError(Exception):
    """Derive every error that a workflow can meet from this one."""

    permanent: bool = True  #: trying again cannot help
