"""Example projects that run on Punctual."""
