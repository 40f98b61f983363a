"""Settings of the simulator as a process of its own."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from vexa.kit.settings import CommonSettings


class SimulatorSettings(CommonSettings):
    """Read from the environment; the command line's --home wins."""

    simulator_home: Path | None = Field(
        None, description="folder of the simulator; default: VEXA_HOME/simulator"
    )
    simulator_https_port: int = Field(0, ge=0, le=65535, description="port of the pages; 0: free")
    simulator_control_port: int = Field(
        0, ge=0, le=65535, description="port of the control API; 0: free"
    )
    simulator_seed: int | None = Field(None, description="repeatable ids and flickers")

    @property
    def home(self) -> Path:
        """The folder in use."""
        return self.simulator_home or self.vexa_home / "simulator"
