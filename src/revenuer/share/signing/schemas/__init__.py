"""JSON schemas of what signing adds to STIX."""
