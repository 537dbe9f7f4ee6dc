"""Clients of another make: a process in lockstep, one line of JSON each way.

The protocol is described in docs/guide/bring-your-own-client.md.
"""

from syncsim.bridge.lockstep import LockstepClient, command_of
from syncsim.bridge.process import ClientError

__all__ = ["ClientError", "LockstepClient", "command_of"]
