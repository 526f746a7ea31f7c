"""The trigger of people: a workflow that is only started by hand."""
