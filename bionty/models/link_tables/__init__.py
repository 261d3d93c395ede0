"""Link tables: one file per registry of lamindb on the left of the link."""
