"""Numbers that a state or its bodies give to people: one file a country, named by its ISO 3166 code."""
