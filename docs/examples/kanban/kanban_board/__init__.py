"""A kanban board that a team shares, as an application of syncsim."""
