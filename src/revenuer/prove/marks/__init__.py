"""Our own marks: keys for each account or campaign, what they change in a response, and their exact detection."""
