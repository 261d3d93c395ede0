"""Runs of scripts, notebooks and functions: what ran, with which inputs, outputs and parameters."""
