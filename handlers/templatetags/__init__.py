"""Tags for the templates of pages that listen to works."""
