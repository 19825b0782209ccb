"""llama.cpp's server on 127.0.0.1: chat.py ADDRESS-FILE MODEL NAME TEMPLATE same|quick. It writes its address when it can answer.

`same` gives the same request the same answer. `quick` keeps what it has read of the request before, which is most of it where an
agent goes on; then the last digits differ.
"""

import os
import signal
import sys

import xllamacpp

address, model, name, template, manner = sys.argv[1:]
quick = manner == "quick"
signals = {signal.SIGTERM, signal.SIGINT}
signal.pthread_sigmask(signal.SIG_BLOCK, signals)

params = xllamacpp.CommonParams()
params.model.path = model
params.model_alias = {name}
params.hostnames = ["127.0.0.1"]
params.port = 0
params.n_ctx = 4096
# The same request gets the same answer: one at a time, and nothing left over from the one before.
params.n_parallel = 1
params.cache_prompt = quick
params.sampling.seed = 1
params.use_jinja = True
with open(template, encoding="utf-8") as file:
    params.chat_template = file.read()
params.ui = False
params.n_threads_http = 4
# One thread that does not spin while it waits: compilers and tests share these cores.
for cpu in (params.cpuparams, params.cpuparams_batch):
    cpu.n_threads = 1
    cpu.poll = 0
server = xllamacpp.Server(params)

with open(address + ".part", "w", encoding="utf-8") as file:
    file.write(server.listening_address + "/v1\n")
os.replace(address + ".part", address)
signal.sigwait(signals)
os._exit(0)
