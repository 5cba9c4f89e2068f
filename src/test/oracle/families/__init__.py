"""One module for each family: FIXTURES lists what it writes."""
