"""Node types that only measure: an app, so that clusters know them too."""
