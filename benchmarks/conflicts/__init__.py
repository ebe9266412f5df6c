"""How many seeded conflicts are found, and what is found that is none."""
