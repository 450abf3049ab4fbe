"""The command line: one file per command; each parses, calls a room, and renders."""

import os

# Matrices here are small. Two BLAS threads that wait for one another took up to twenty times the CPU of one as soon as
# anybody else used the machine, and the kernels run on threads of their own. Read when numpy is loaded, so it stands here.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
