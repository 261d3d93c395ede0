"""Annotations: which features and labels a record has, how they are read, written and queried.

=================  ==========================================================================
module             what it does
=================  ==========================================================================
`links`            which tables link hosts (artifacts, runs, records) with values
`feature_names`    features by name: among several of the same name, the topmost
`json_values`      SQL expressions for JSON values and for keys inside of them
`conditions`       conditions on feature values: keyword, comparator, value → `Q`
`predicates`       `feature > 21` as an object that `filter()` accepts
=================  ==========================================================================
"""
