"""Figures good enough for a slide: 1600 by 900 pixels, equal bytes for equal histories."""

from syncsim_reports.figures.coherence import coherence_curve
from syncsim_reports.figures.differences import difference_plot
from syncsim_reports.figures.heatmap import heat_map
from syncsim_reports.figures.ladder import ladder
from syncsim_reports.figures.pareto import pareto
from syncsim_reports.figures.save import RENDERED, png, save, svg
from syncsim_reports.figures.spacetime import spacetime
from syncsim_reports.figures.story import story_diagram
from syncsim_reports.figures.survival import survival_curves
from syncsim_reports.figures.swimlanes import swimlanes

__all__ = [
    "RENDERED", "coherence_curve", "difference_plot", "heat_map", "ladder", "pareto", "png",
    "save", "spacetime", "story_diagram", "survival_curves", "svg", "swimlanes",
]  # fmt: skip
