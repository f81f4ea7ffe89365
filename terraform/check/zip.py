"""Runs the edge function's zip, as Terraform made it, under AWS's own Python runtime client, and compares with `stagedoor replay`.

    python3 check/zip.py --zip ZIP --stagedoor PROGRAM EVENTS

EVENTS is a folder of CloudFront events. What both answer must be equal but for what chance goes into: the state in a redirect's query, and
cookies' values.
"""

import argparse
import http.server
import json
import os
import pathlib
import queue
import subprocess
import sys
import tempfile
import threading
import zipfile

NEXT = "/2018-06-01/runtime/invocation/next"


class RuntimeApi(http.server.BaseHTTPRequestHandler):
    """The Lambda Runtime API for one function: an event at a time."""

    protocol_version = "HTTP/1.1"
    events, answers = queue.Queue(), queue.Queue()

    def do_GET(self):
        event = self.events.get()
        body = json.dumps(event).encode()
        self.send_response(200)
        for name, value in (
            ("Lambda-Runtime-Aws-Request-Id", "1"),
            ("Lambda-Runtime-Deadline-Ms", "9999999999999"),
            ("Content-Length", len(body)),
            ("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:123456789012:function:edge:1"),
        ):
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        text = (
            self.rfile.read(int(self.headers["Content-Length"] or 0))
            if "Content-Length" in self.headers
            else self.chunks()
        )
        self.answers.put((self.path, text))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def chunks(self):
        text = b""
        while size := int(self.rfile.readline(), 16):
            text += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return text

    def log_message(self, *_):
        pass


def without_chance(answer):
    headers = answer.get("headers", {})
    for header in headers.get("location", []):
        header["value"] = header["value"].split("?")[0]
    for header in headers.get("set-cookie", []):
        header["value"] = header["value"].split("=")[0][:14]
    return answer


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--zip", required=True)
    parser.add_argument("--stagedoor", required=True)
    parser.add_argument("events")
    arguments = parser.parse_args()
    files = sorted(pathlib.Path(arguments.events).glob("*.json"))
    events = [
        event
        for file in files
        for event in [json.loads(file.read_text())]
        if isinstance(event, dict) and "Records" in event
    ]
    with tempfile.TemporaryDirectory() as directory:
        with zipfile.ZipFile(arguments.zip) as archive:
            for entry in archive.infolist():
                archive.extract(entry, directory)
                os.chmod(os.path.join(directory, entry.filename), entry.external_attr >> 16)
        edge = os.path.join(directory, "EDGE.json")
        lines = "\n".join(json.dumps(event) for event in events)
        replay = subprocess.run(
            [arguments.stagedoor, "replay", "--config", edge, "-"],
            input=lines,
            capture_output=True,
            text=True,
            check=True,
        )
        expected = [json.loads(line)["result"] for line in replay.stdout.splitlines()]
        api = http.server.ThreadingHTTPServer(("127.0.0.1", 0), RuntimeApi)
        # The function is killed while it waits for the next event: its connection breaks, and that is all.
        api.handle_error = lambda *_: None
        threading.Thread(target=api.serve_forever, daemon=True).start()
        environment = {
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server_port}",
            "AWS_LAMBDA_FUNCTION_NAME": "edge",
            "AWS_LAMBDA_FUNCTION_VERSION": "1",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
            "AWS_LAMBDA_LOG_GROUP_NAME": "g",
            "AWS_LAMBDA_LOG_STREAM_NAME": "s",
            "AWS_REGION": "us-east-1",
            "LAMBDA_TASK_ROOT": directory,
            "_HANDLER": "launcher.handler",
            "PATH": os.environ["PATH"],
            "PYTHONPATH": directory,
        }
        function = subprocess.Popen(
            [sys.executable, "-m", "awslambdaric", "launcher.handler"],
            cwd=directory,
            env=environment,
            stdout=subprocess.DEVNULL,
        )
        problems = 0
        try:
            for event, wanted in zip(events, expected, strict=True):
                RuntimeApi.events.put(event)
                path, text = RuntimeApi.answers.get(timeout=30)
                if not path.endswith("/response") or without_chance(json.loads(text)) != without_chance(wanted):
                    problems += 1
                    print(
                        f"zip: {event['Records'][0]['cf']['request']['uri']}: {path} {text.decode()[:600]}\n  expected {json.dumps(wanted)[:600]}",
                        file=sys.stderr,
                    )
        finally:
            function.kill()
            function.wait()
    print(f"zip: {len(events)} events, {problems} answered otherwise than by replay", file=sys.stderr)
    return 1 if problems or not events else 0


if __name__ == "__main__":
    sys.exit(main())
