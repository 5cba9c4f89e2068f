# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""Serves moto's S3 on loopback, writes down each request, and can refuse all of them from some request on.

Takes a file for the requests and one for the port. GET /control/mark/NAME puts a line into the first;
GET /control/refuse/N lets N more requests through that change something and refuses everything then, as if the
client were gone; GET /control/accept ends that.
"""

import sys
import threading
from pathlib import Path

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server


class Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, *_args):
        pass


class Recorded:
    def __init__(self, served, requests):
        self.served = served
        self.requests = requests
        self.left = None
        self.lock = threading.Lock()

    def __call__(self, environ, start_response):
        path = environ["PATH_INFO"]
        source = environ.get("HTTP_X_AMZ_COPY_SOURCE")
        method = "COPY" if source else environ["REQUEST_METHOD"]
        query = environ.get("QUERY_STRING", "")
        if path.startswith("/control/"):
            self.control(path.split("/")[2:])
            return self.answer(environ, start_response, "200 OK")
        if self.refuses(method):
            return self.answer(environ, start_response, "403 Forbidden")
        with self.lock:
            self.requests.write(f"{method} {path}?{query}\n")
        return self.served(environ, start_response)

    def control(self, words):
        with self.lock:
            if words[0] == "refuse":
                self.left = int(words[1])
            elif words[0] == "accept":
                self.left = None
            else:
                self.requests.write(f"MARK {words[1]}\n")

    def refuses(self, method):
        with self.lock:
            if self.left is None:
                return False
            if method not in ("GET", "HEAD") and self.left > 0:
                self.left -= 1
                return False
            return self.left == 0

    @staticmethod
    def answer(environ, start_response, status):
        length = int(environ.get("CONTENT_LENGTH") or 0)
        while length > 0:
            read = environ["wsgi.input"].read(min(length, 1 << 20))
            if not read:
                break
            length -= len(read)
        start_response(status, [("Content-Length", "0")])
        return [b""]


def main():
    with open(sys.argv[1], "w", buffering=1) as requests:
        served = Recorded(DomainDispatcherApplication(create_backend_app), requests)
        server = make_server("127.0.0.1", 0, served, threaded=True, request_handler=Quiet)
        Path(sys.argv[2]).write_text(str(server.server_port))
        server.serve_forever()


if __name__ == "__main__":
    main()
