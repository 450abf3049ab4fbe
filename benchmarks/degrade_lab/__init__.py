"""What a student learns from a teacher that gives less: a small world of prose, one of reasoning in steps, and attackers in both."""
