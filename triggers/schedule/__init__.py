"""Starts workflows when their time has come."""
