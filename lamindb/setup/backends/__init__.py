"""Database engines for Django: a placeholder while nothing is connected, SQLite and Postgres."""
