"""Commands for people: delivered to the admin pages that are open."""
