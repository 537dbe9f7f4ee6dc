"""The network: HTTP exchanges, WebSocket connections, the broker, and how they break."""

from syncsim.net.broker import Broker
from syncsim.net.messages import BACKEND
from syncsim.net.net import Net
from syncsim.net.profile import Profile
from syncsim.net.stacks import STACKS

__all__ = ["BACKEND", "STACKS", "Broker", "Net", "Profile"]
