"""`python -m benchmarks [NAME …] [--runs N] [--json]`; exits with 1 if a goal is missed."""

from __future__ import annotations

import argparse
import sys

# Importing a family registers its workloads.
import benchmarks.annotations
import benchmarks.cloud
import benchmarks.curating
import benchmarks.curation
import benchmarks.files
import benchmarks.functions
import benchmarks.lineage
import benchmarks.memory
import benchmarks.ontologies
import benchmarks.registries
import benchmarks.saving
import benchmarks.searching
import benchmarks.startup
import benchmarks.tables
import benchmarks.tracking
import benchmarks.validating  # noqa: F401
from benchmarks import registry, report


def main(arguments: list[str]) -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    known = ", ".join(registry.WORKLOADS)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"what to measure: {known}")
    parser.add_argument("--runs", type=int, default=registry.RUNS, help="runs of each (default 9)")
    parser.add_argument(
        "--json", action="store_true", help="print JSON, durations in seconds, sizes in bytes"
    )
    options = parser.parse_args(arguments)
    unknown = set(options.names) - set(registry.WORKLOADS)
    if unknown:
        parser.error(f"unknown workload {', '.join(sorted(unknown))}; known are {known}")
    figures = registry.run(options.names or list(registry.WORKLOADS), options.runs)
    print(report.as_json(figures) if options.json else report.table(figures))
    return 1 if any(figure.ok is False for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
