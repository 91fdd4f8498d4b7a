"""How Jupyter reaches a kernel of the nursery: through sockets that are files, not through ports of the machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from . import kernels


class FileSockets(LocalProvisioner):
    """Starts a kernel as Jupyter does, with its five sockets in the folder of its specification.

    By default Jupyter looks for free ports, lets go of them, and the kernel opens them a moment later. Notebooks
    start several kernels at once, and now and then one finds its port taken and dies (jupyter_client issue 487).
    """

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Tell the manager of the kernel where it will listen, then do as always."""
        manager: Any = self.parent
        manager.transport = "ipc"
        manager.ip = str(Path(self.kernel_spec.resource_dir) / str(self.kernel_id)[: kernels.LETTERS])
        return await super().pre_launch(**kwargs)
