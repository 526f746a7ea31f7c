"""How long the spans may be that people choose."""

#: A hundred years: nobody means more, and no date of our time overflows.
LONGEST_SECONDS = 3_155_760_000
