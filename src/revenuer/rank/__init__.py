"""Leaderboards: how far votes tell models apart, and how few of them would change the answer."""
