"""Whether a server's process is there: the file with its number outlives it, and names another one later."""

from pathlib import Path

import psutil


def is_process(number_file: Path, *, name: str, folder: Path) -> bool:
    """Say whether the process whose number the file holds is this server, at work in this folder."""
    try:
        number = int(number_file.read_text().split()[0])
        return is_server(psutil.Process(number), name=name, folder=folder)
    except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
        return False


def is_server(process: psutil.Process, *, name: str, folder: Path) -> bool:
    """Say whether a process is this server: by name and folder, and not one that only waits to be reaped."""
    try:
        found = (process.name(), process.cwd(), process.status() == psutil.STATUS_ZOMBIE)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
    return found == (name, str(folder), False)
