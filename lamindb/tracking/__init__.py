"""Runs of scripts, notebooks and functions: what ran, with which inputs, outputs and parameters."""

from .context import Context, context, finish, track

__all__ = ["Context", "context", "finish", "track"]
