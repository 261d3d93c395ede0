"""Bytes, paths, formats and caches; knows no row and no registry.

=================  ==========================================================================
module             what it does
=================  ==========================================================================
`abc`              contracts: the `Format` base class, values that storage hands upwards
`layout`           where bytes live: keys, roots and cache paths as pure text
`paths`            `UPath`, `create_path`; `path_members` are the methods added to paths
`views`            the text of `view_tree()`
`listing`          the files below a folder
`content`          size, hash and number of files of a path
`manifest`         the files of a folder with their sizes and hashes
`statcache`        hashes of files that did not change
`copying`          copy and hash in one pass
`atomic`           write under a temporary name, sync, rename
`staging`          content that waits next to its place until the database row is written
`disk`             sync and swap: system calls
`cache`            what lives below the cache directory
`memory`           objects in memory on their way to a file
`formats`          readers and writers by suffix and type
`optional`         import packages that are not installed with lamindb itself
=================  ==========================================================================
"""
