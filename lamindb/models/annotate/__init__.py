"""Annotations: which features and labels a record has, how they are read, written and queried.

=================  ==========================================================================
module             what it does
=================  ==========================================================================
`links`            which tables link hosts (artifacts, runs, records) with values
`feature_names`    features by name: among several of the same name, the topmost
`json_values`      SQL expressions for JSON values and for keys inside of them
`conditions`       conditions on feature values: keyword, comparator, value → `Q`
`predicates`       `feature > 21` as an object that `filter()` accepts
`reading`          annotations of any number of hosts, in a constant number of queries
`current_values`   everything that one host is annotated with
`feature_manager`  `artifact.features`
`label_manager`    `artifact.labels`
`rules`            which schema rules over the values of a host
`sections`         what `describe()` shows of annotations
`frame`            values of features as columns of data frames
=================  ==========================================================================
"""
