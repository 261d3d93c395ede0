"""History of the database schema of lamindb."""
