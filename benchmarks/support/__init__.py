"""Does the scorer for support know a true claim from a false one, and how it is learned."""
