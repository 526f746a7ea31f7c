"""The project that runs Punctual: settings, addresses and servers' entry points."""
