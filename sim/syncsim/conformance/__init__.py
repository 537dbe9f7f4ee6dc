"""The model of the client held against the real packages, program by program.

`replay` runs a program on the model, `node` runs it on the packages; both give a trace, and
the two must be equal. `clients/tanstack/PROGRAMS.md` says what programs and traces look like.
"""
