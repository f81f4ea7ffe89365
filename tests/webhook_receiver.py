"""A receiver of webhooks as docs/operations.md describes one, with Standard Webhooks' own library.

Prints its port, takes the webhook's secret from standard input, and then prints a line of JSON for each request. A path /fails/N
answers 500 to the first N good messages. It ends when standard input does.
"""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

secret = threading.Event()
webhook = None
lock = threading.Lock()
taken = set()
failed = 0


def judge(path, headers, body):
    """The status to answer with, and why."""
    global failed
    secret.wait()
    try:
        webhook.verify(body, headers)
    except WebhookVerificationError as error:
        return 401, str(error)
    with lock:
        if headers["webhook-id"] in taken:
            return 409, "replayed"
        if path.startswith("/fails/") and failed < int(path.rsplit("/", 1)[1]):
            failed += 1
            return 500, "failing"
        taken.add(headers["webhook-id"])
    return 204, "taken"


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        status, why = judge(self.path, headers, body)
        line = {"status": status, "why": why, "headers": headers, "body": body.decode()}
        with lock:
            print(json.dumps(line), flush=True)
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_port, flush=True)
for line in sys.stdin:
    webhook = Webhook(line.strip())
    secret.set()
