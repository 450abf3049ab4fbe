"""TAXII 2.1 (OASIS Standard, 10 June 2021): a server for what partners may read of ours and send to us, and a client that survives their servers."""
