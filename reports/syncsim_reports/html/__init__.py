"""Pages that stand alone: one file each, no scripts, nothing loaded from anywhere."""

from syncsim_reports.html.pages import demo_page, run_page

__all__ = ["demo_page", "run_page"]
