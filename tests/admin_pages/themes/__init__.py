"""The settings of the tests with another theme of the admin."""
