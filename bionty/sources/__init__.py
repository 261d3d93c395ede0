"""Tables of public ontologies: what there is, where it is found, how it is read.

==================  =========================================================================
module              what it does
==================  =========================================================================
`packaged`          the sources that a new database knows, read from `sources.yaml`
`keys`              what identifies a table, and how its files are named
`entities`          id and name columns and id prefixes of each kind of table
`folders`           where tables are cached and looked for; environment variables
`load`              from a key to a table: cache, folders, packages, network
`tables`            a table with its indexes; `columns` reads whatever layout it had,
                    `terms` finds terms by synonym and casing, `reading` keeps tables in memory
`download`          files from the asset store and from the web, with short timeouts
`raw`               raw ontology files, in the formats of `obo` and `owl`
`data_packages`     installed packages that bring tables; `cellxgene_guide`, `hpo`, `shipped`
`ensembl`           tables made from files and the database of Ensembl; `species` its prefixes
==================  =========================================================================

Nothing here needs a database or Django.
"""

from __future__ import annotations
