"""Pages that stand alone: one file each, no scripts, nothing loaded from anywhere."""

from syncsim_reports.html.pages import Picture, demo_page, picture, run_page

__all__ = ["Picture", "demo_page", "picture", "run_page"]
