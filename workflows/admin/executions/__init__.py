"""Executions: their list, the page of one, and what may be done to them."""
