"""Link tables: one file per registry on the left of the link."""
