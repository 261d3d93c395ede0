"""Placeholder engine: every use says which command connects an instance."""
