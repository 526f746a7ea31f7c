"""The calendar: what ran and what will, by month, week and day."""
