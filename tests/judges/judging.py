"""Where the judges find what they need."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".venv-judges"  # see tools/judge.py
