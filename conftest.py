"""Kernels that the tests start see the same environment as those that made the stored outputs."""

import os

from edition.kernels import FIXED

pytest_plugins = ["edition.nbval_outputs"]

os.environ.update(FIXED)
