"""The start page: what runs, what went wrong, what comes next."""
