"""The inbox: messages for single people, which the admin shows until they are read."""
