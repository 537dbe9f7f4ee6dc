"""A TCP proxy on the loopback that breaks connections as it is told to."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Literal

Direction = Literal["up", "down"]

READ_BYTES = 1 << 16
HEAD_ENDS = b"\r\n\r\n"


@dataclass(eq=False)
class Pair:
    """One connection through the proxy: to the client and to the server."""

    writers: dict[Direction, asyncio.StreamWriter]
    silent: tuple[Direction, ...] = ()
    cut_bytes: int | None = None
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def close(self) -> None:
        """Close both sides, behind what was written to them."""
        for writer in self.writers.values():
            writer.close()


class Proxy:
    """Carries bytes between clients and the server on a port; `down` is to the client.

    Faults are about the connections that there are when they begin.
    """

    def __init__(self, server_port: int, delay_s: float) -> None:
        self._server_port = server_port
        self._delay_s = delay_s
        self._flows = asyncio.Event()
        self._flows.set()
        self._pairs: list[Pair] = []
        self._listener: asyncio.Server | None = None

    async def start(self) -> int:
        """Listen on a free port of the loopback and return it."""
        self._listener = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return int(self._listener.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Listen no more and end every connection."""
        assert self._listener is not None
        self._listener.close()
        for pair in self._pairs:
            pair.close()
            for task in pair.tasks:
                task.cancel()
        await asyncio.gather(
            *(task for pair in self._pairs for task in pair.tasks), return_exceptions=True
        )

    def stall(self) -> None:
        """Keep back everything from now on, and lose nothing."""
        self._flows.clear()

    def flow(self) -> None:
        """Let go what was kept back."""
        self._flows.set()

    def silence(self, *directions: Direction) -> None:
        """Swallow what goes these ways, the end of a connection included, and tell nobody."""
        for pair in self._pairs:
            pair.silent = directions

    def cut(self, count: int) -> None:
        """Let so many bytes more go down, then end the connection at both sides."""
        for pair in self._pairs:
            pair.cut_bytes = count
            if count == 0:
                pair.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server = await asyncio.open_connection("127.0.0.1", self._server_port)
        pair = Pair({"down": writer, "up": server[1]})
        self._pairs.append(pair)
        pair.tasks = [
            asyncio.create_task(self._pump(reader, pair, "up")),
            asyncio.create_task(self._pump(server[0], pair, "down")),
        ]

    async def _pump(self, reader: asyncio.StreamReader, pair: Pair, way: Direction) -> None:
        """Carry what comes from one side to the other, until it ends."""
        writer = pair.writers[way]
        try:
            while data := await reader.read(READ_BYTES):
                await asyncio.sleep(self._delay_s)
                await self._flows.wait()
                if way in pair.silent:
                    continue
                if way == "down" and pair.cut_bytes is not None:
                    data = data[: pair.cut_bytes]
                    pair.cut_bytes -= len(data)
                writer.write(data)
                if pair.cut_bytes == 0:
                    pair.close()
                    return
                await writer.drain()
        except ConnectionError:
            pass
        if way not in pair.silent:
            writer.close()
