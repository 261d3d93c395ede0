"""Tables that link two registries."""
