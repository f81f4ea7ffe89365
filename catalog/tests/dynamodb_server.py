"""AWS as moto plays it, on a port of the system's choice, until standard input ends.

One request at a time: DynamoDB takes writes to one item one after the other, and moto's own server, with a thread a
request, does not.

moto names the root of ListParts' answer after the operation, which the SDK for Rust does not read: it is renamed here.
"""

import sys
import threading

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server


class Quiet(WSGIRequestHandler):
    def log_request(self, *_):
        pass


moto = DomainDispatcherApplication(create_backend_app)


def application(environ, start_response):
    if environ["REQUEST_METHOD"] != "GET" or "uploadId=" not in environ["QUERY_STRING"]:
        return moto(environ, start_response)
    head = []
    body = b"".join(moto(environ, lambda *given: head.append(given)))
    body = body.replace(b"ListPartsResponse", b"ListPartsResult")
    status, headers = head[0][:2]
    headers = [pair for pair in headers if pair[0].lower() != "content-length"]
    start_response(status, headers + [("Content-Length", str(len(body)))])
    return [body]


server = make_server("127.0.0.1", 0, application, threaded=False, request_handler=Quiet)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_port, flush=True)
sys.stdin.read()
