"""Read strategies for those whose backend is asked too often."""
