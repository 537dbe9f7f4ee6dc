"""Figures good enough for a slide: 1600 by 900 pixels, equal bytes for equal histories."""

from syncsim_reports.figures.coherence import coherence_curve
from syncsim_reports.figures.save import png, save, svg
from syncsim_reports.figures.spacetime import spacetime
from syncsim_reports.figures.survival import survival_curves
from syncsim_reports.figures.swimlanes import swimlanes

__all__ = ["coherence_curve", "png", "save", "spacetime", "survival_curves", "svg", "swimlanes"]
