"""Tables as the checks see them, whichever library holds the data."""
