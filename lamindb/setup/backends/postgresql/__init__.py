"""Postgres for long-lived sessions."""
