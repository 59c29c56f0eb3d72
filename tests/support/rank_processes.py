"""The processes that a launcher has started, by rank."""

import os
import pathlib
import time

# Open MPI kills what it has asked to end a second ago; on a busy machine that is short. It waits for all of that time.
PATIENT = {"OMPI_MCA_odls_base_sigkill_timeout": "3"}


def ranks_of(launcher):
    """Process ids of the ranks that the process `launcher` has started, by rank."""
    found = {}
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            parent = int(process.joinpath("stat").read_text().rsplit(")", 1)[1].split()[1])
            variables = process.joinpath("environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if parent != launcher:
            continue
        for variable in variables:
            if variable.startswith((b"OMPI_COMM_WORLD_RANK=", b"PMI_RANK=")):
                found[int(variable.split(b"=")[1])] = int(process.name)
    return found


def is_alive(process):
    try:
        os.kill(process, 0)
        stat = pathlib.Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] != "Z"


def left(processes, patience=30):
    """Those that do not end; ending may take a process some time after its launcher has gone."""
    until = time.monotonic() + patience
    while (alive := [process for process in processes if is_alive(process)]) and time.monotonic() < until:
        time.sleep(0.05)
    return alive
