"""The query cache of a dashboard, under query-core's names."""
