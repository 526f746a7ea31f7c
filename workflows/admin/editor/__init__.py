"""The editor of a version: canvas, drawer, commands, tests."""
