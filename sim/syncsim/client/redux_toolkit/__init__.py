"""The model of Redux Toolkit 2.14: async thunks and a slice store, under its own names."""
