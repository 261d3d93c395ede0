"""Validation of datasets against schemas, and the report of everything that is wrong."""
