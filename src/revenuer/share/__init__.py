"""What one house tells another about campaigns, and how it hears of theirs: STIX 2.1, TAXII 2.1, private matching, and a ledger of all that left."""
