"""A small shop whose unpaid orders the example workflows cancel."""
