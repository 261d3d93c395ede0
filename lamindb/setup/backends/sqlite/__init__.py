"""SQLite opened for concurrent processes."""
