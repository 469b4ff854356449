"""Runs commands, each in a fork of a process that has imported what takes long.

What a command does is what it does in a process of its own; only the second that importing Django
and numpy takes is paid once. Settings are not among what is imported: every fork reads its own.
"""

import json
import os
import sys
import traceback

import django.contrib.auth.hashers
import django.core.management
import django.db.models
import django.forms  # noqa: F401
import numpy as np  # noqa: F401

from firstoff.cli.shell import run


def _child(job: dict) -> int:
    os.environ.clear()
    os.environ.update(job["environment"])
    os.chdir(job["folder"])
    for number, flags in ((0, os.O_RDONLY), (1, os.O_WRONLY), (2, os.O_WRONLY)):
        os.dup2(os.open(job["files"][number], flags), number)
    try:
        code = run(job["arguments"])
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code


if __name__ == "__main__":
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os._exit(_child(json.loads(line)))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)  # noqa: T201
