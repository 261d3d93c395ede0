"""History of the database schema of pertdb."""
