"""Bytes, paths, formats and caches; knows no row and no registry.

=================  ==========================================================================
module             what it does
=================  ==========================================================================
`abc`              contracts: the `Format` base class, values that storage hands upwards
`layout`           where bytes live: keys, roots and cache paths as pure text
`stores`           which file system a URL means, whether something is there
`s3`, `web`        what is special about S3 and about folders on web servers
`paths`            `UPath`, `create_path`; `remote_paths` are the classes for URLs and
                   `path_members` the methods added to paths
`views`            the text of `view_tree()`; `browsing` reads folders for it
`listing`          the files below a folder, local or in a store
`content`          size, hash and number of files of a path; `remote_content` of a URL
`local_folder`     the files of a local folder and whether they changed
`manifest`         the files of a folder with their sizes and hashes
`statcache`        hashes of what did not change: `file_hashes`, `folder_hashes`
`copying`          copy and hash in one pass; `folder_copy` whole folders
`atomic`           write under a temporary name, sync, rename
`staging`          content that waits next to its place until the database row is written
`staged_batch`     the same for many files at once
`disk`             sync and swap: system calls
`mounts`           which file systems have the clock of this machine
`transfer`         uploads, downloads, moves: parallel, retried, resumable, atomic
`cache`            what lives below the cache directory; `cache_size` keeps it small
`memory`           which objects in memory can be stored
`formats`          readers and writers by suffix and type
`optional`         import packages that are not installed with lamindb itself
=================  ==========================================================================
"""
