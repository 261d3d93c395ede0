"""Bytes, paths, formats and caches; knows no row and no registry.

=============  ===================================================================
module         what it does
=============  ===================================================================
`abc`          contracts: the `Format` base class and the value classes
`layout`       where bytes live: keys, roots and cache paths as pure text
`upath`        `UPath` and what the product adds to paths
`views`        the text of `view_tree()`
`listing`      the files below a folder
`content`      size, hash and number of files of a path
`manifest`     the files of a folder with their sizes and hashes
`statcache`    hashes of files that did not change
`atomic`       write under a temporary name, sync, rename
`cache`        temporary and cached files below the cache directory
`formats`      readers and writers by suffix and type
=============  ===================================================================
"""
