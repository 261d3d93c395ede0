"""History of the database schema of bionty."""
