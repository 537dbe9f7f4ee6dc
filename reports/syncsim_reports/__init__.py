"""Figures, pages and tables for people, made from histories, verdicts and staleness."""
