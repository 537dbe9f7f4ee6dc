"""The build hook that ships the catalogue of scenarios inside the wheel."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogueHook(BuildHookInterface):
    """Adds `scenarios/` as `syncsim/_catalogue` to a wheel that people install.

    An editable install reads the checkout's own `scenarios/`. A copy beside it would go
    stale with the first edit.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the folder to include, for a wheel of the version `standard` only."""
        if version == "standard":
            build_data["force_include"]["scenarios"] = "syncsim/_catalogue"
