"""What stood on every screen and what should have, as arrays over a whole history."""
