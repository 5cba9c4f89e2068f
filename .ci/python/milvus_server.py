# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""Milvus Lite on loopback, which kills whom it is told to once rows have come.

    milvus_server.py PORT DATA [BYTES OF THE GREATEST MESSAGE]

A file DATA.kill holds ROWS and PID, with a space between.
"""

import os
import signal
import sys
import threading

import milvus_lite.adapter.grpc.server as lite


class Killing(lite.MilvusServicer):
    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        self.lock = threading.Lock()
        self.came = 0

    def Insert(self, request, context):  # noqa: N802
        self.kill_when_due(request.num_rows)
        return super().Insert(request, context)

    def Upsert(self, request, context):  # noqa: N802
        self.kill_when_due(request.num_rows)
        return super().Upsert(request, context)

    def kill_when_due(self, rows):
        with self.lock:
            if os.path.exists(order):
                self.came += rows
                with open(order, encoding="utf-8") as file:
                    due, victim = map(int, file.read().split())
                if self.came > due:
                    self.came = 0
                    os.remove(order)
                    os.kill(victim, signal.SIGKILL)


port, data = sys.argv[1:3]
order = data + ".kill"
lite.MilvusServicer = Killing
if len(sys.argv) > 3:
    lite._MAX_MESSAGE_SIZE = int(sys.argv[3])
lite.run_server(data, "127.0.0.1", int(port))
