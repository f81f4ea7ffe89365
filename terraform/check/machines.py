"""Runs the state machines that Terraform made, with functions of our own in the place of Lambda's.

    terraform show -json | python3 check/machines.py

A walker of the Amazon States Language, as far as these machines use it, with JSONata by PyPI's jsonata-python. It does not wait, does not
retry, and plays no limits of AWS's.
"""

import json
import sys
from urllib.parse import unquote_plus

import jsonata

# --- the walker ---------------------------------------------------------------------------------------------------------


class Failed(Exception):
    """A state failed: the error's name and its cause."""

    def __init__(self, error, cause=""):
        super().__init__(f"{error}: {cause}")
        self.error, self.cause = error, cause


def evaluated(value, scope):
    if isinstance(value, dict):
        return {k: evaluated(v, scope) for k, v in value.items()}
    if isinstance(value, list):
        return [evaluated(v, scope) for v in value]
    if not (isinstance(value, str) and value.startswith("{%")):
        return value
    expression = jsonata.Jsonata(value.removeprefix("{%").removesuffix("%}").strip())
    expression.register_lambda("parse", json.loads)
    for name, bound in scope.items():
        expression.assign(name, bound)
    return expression.evaluate(None)


def run(machine, given, task, variables=None):
    """Walks a machine or an item processor; `task(resource, arguments)` answers for AWS, or raises Failed."""
    variables = dict(variables or {})
    name = machine["StartAt"]
    while True:
        state = machine["States"][name]
        scope = {"states": {"input": given, "context": {"Execution": {"Id": "execution"}}}, **variables}
        kind = state["Type"]
        result = None
        try:
            if kind == "Task":
                result = task(state["Resource"], evaluated(state["Arguments"], scope))
            elif kind == "Map":
                tolerated = state.get("ToleratedFailurePercentage", 0)
                result = []
                for item in evaluated(state["Items"], scope):
                    try:
                        result.append(run(state["ItemProcessor"], item, task, variables))
                    except Failed:
                        if tolerated < 100:
                            raise
            elif kind == "Fail":
                raise Failed(state["Error"], evaluated(state["Cause"], scope))
        except Failed as failure:
            catch = next(
                (
                    c
                    for c in state.get("Catch", [])
                    if failure.error in c["ErrorEquals"] or "States.ALL" in c["ErrorEquals"]
                ),
                None,
            )
            if catch is None:
                raise
            scope["states"]["errorOutput"] = {"Error": failure.error, "Cause": failure.cause}
            variables.update(evaluated(catch.get("Assign", {}), scope))
            name, given = catch["Next"], scope["states"]["errorOutput"]
            continue
        if kind == "Succeed":
            return given
        scope["states"]["result"] = result
        output = given if kind in ("Pass", "Choice") else result
        if "Output" in state:
            output = evaluated(state["Output"], scope)
        variables.update(evaluated(state.get("Assign", {}), scope))
        given = output
        if kind == "Choice":
            name = next((c["Next"] for c in state["Choices"] if evaluated(c["Condition"], scope)), state["Default"])
        elif state.get("End"):
            return given
        else:
            name = state["Next"]


def wanted(pattern, event):
    """EventBridge's patterns: lists of alternatives, and anything-but."""
    if isinstance(pattern, dict):
        return isinstance(event, dict) and all(
            key in event and wanted(part, event[key]) for key, part in pattern.items()
        )
    return any(event not in one["anything-but"] if isinstance(one, dict) else event == one for one in pattern)


# --- what is expected ---------------------------------------------------------------------------------------------------


class Lambda:
    """Functions that answer as ours do, and what they were called with."""

    def __init__(self, kinds, failing=(), ends=()):
        self.kinds, self.failing, self.ends = kinds, failing, dict(ends)
        self.calls, self.updates, self.messages = [], [], []

    def __call__(self, resource, arguments):
        service = resource.removeprefix("arn:aws:states:::")
        if service == "dynamodb:updateItem":
            self.updates.append(arguments)
            return {}
        if service == "sqs:sendMessage":
            self.messages.append(arguments["MessageBody"])
            return {}
        name, payload = arguments["FunctionName"].rsplit("-", 1)[1], arguments["Payload"]
        self.calls.append((name, payload))
        if name in self.failing:
            raise Failed("Lambda.Unknown", "the function ended")
        if name == "dispatch":
            if "Records" in payload:
                return {"Payload": {"items": [{"media_id": "x", "kind": "image"} for _ in payload["Records"]]}}
            return {"Payload": {"items": [{"media_id": payload["media_id"], "kind": self.kinds[payload["media_id"]]}]}}
        return {"Payload": {"media_id": payload["media_id"], "status": self.ends.get(name, "ready")}}


def process(definition):
    functions = Lambda({"a": "image", "b": "video", "c": "unsupported", "d": "missing", "e": "ended"})
    run(definition, [{"media_id": id} for id in "abcde"], functions)
    expected = [
        ("dispatch", "a"),
        ("image", "a"),
        ("dispatch", "b"),
        ("video", "b"),
        ("dispatch", "c"),
        ("dispatch", "d"),
        ("dispatch", "e"),
    ]
    assert [(name, payload["media_id"]) for name, payload in functions.calls] == expected, functions.calls
    assert all(set(payload) == {"media_id"} for _, payload in functions.calls), functions.calls
    # A photo that is ready gets more later, as processors/src/process/call.rs reads it.
    assert not functions.updates and functions.messages == [{"media_id": "a", "later": True}], functions.messages
    functions = Lambda({"a": "image"}, ends={"image": "failed"})
    run(definition, [{"media_id": "a"}], functions)
    assert not functions.messages, functions.messages

    for failing in ("dispatch", "image"):
        functions = Lambda({"a": "image", "b": "video"}, failing=[failing])
        run(definition, [{"media_id": "a"}, {"media_id": "b"}], functions)
        update = functions.updates[0]
        assert update["Key"] == {"pk": {"S": "m#a"}, "sk": {"S": "row"}}, update
        values = update["ExpressionAttributeValues"]
        assert (
            values[":failed"]["S"] == "failed"
            and values[":work"]["S"] == "status|failed"
            and values[":now"]["N"].isdigit()
        ), values
        assert (
            functions.messages[0]["media_id"] == "a" and functions.messages[0]["error"] == "Lambda.Unknown"
        ), functions.messages
    # One that fails takes no other with it.
    assert ("video", {"media_id": "b"}) in functions.calls


def objects(definition):
    keys = [
        "ada/my film +1.mp4",
        "ada/100%.jpg",
        "ada/a%20b.jpg",
        "ada/ü/x.jpg",
        "ada/0123/original",
        "ada/a'b(c)!*.jpg",
    ]
    events = [{"detail": {"bucket": {"name": "raw"}, "object": {"key": key}, "reason": "PutObject"}} for key in keys]
    for messages in (
        [{"body": json.dumps(e)} for e in events],
        [{"body": e} for e in events],
        [{"body": json.dumps(events[0])}],
    ):
        functions = Lambda({})
        run(definition, messages, functions)
        [(name, payload)] = functions.calls
        assert name == "dispatch" and len(payload["Records"]) == len(messages), functions.calls
        for record, key in zip(payload["Records"], keys):
            # processors/src/dispatch.rs reads a key so: + is a space, then percent-decoded.
            assert unquote_plus(record["s3"]["object"]["key"]) == key, (record, key)
            assert record["s3"]["bucket"]["name"] == "raw" and record["eventName"].startswith("ObjectCreated:"), record


def notify(definition):
    functions = Lambda({})
    run(definition, [{"media_id": "a"}, {"media_id": "b"}], functions)
    assert functions.calls == [("notify", {"media_id": "a"}), ("notify", {"media_id": "b"})], functions.calls
    functions = Lambda({}, failing=["notify"])
    run(definition, [{"media_id": "a"}, {"media_id": "b"}], functions)
    assert [m["media_id"] for m in functions.messages] == ["a", "b"], functions.messages


def filters(pipes):
    def record(event, new, old=None, kind="media"):
        image = lambda status: {"type": {"S": kind}, "status": {"S": status}, "id": {"S": "a"}}
        return {"eventName": event, "dynamodb": {"NewImage": image(new), **({"OldImage": image(old)} if old else {})}}

    cases = [
        (record("INSERT", "uploaded"), {"process"}),
        (record("MODIFY", "uploaded", "uploading"), {"process"}),
        (record("MODIFY", "uploaded", "failed"), {"process"}),
        (record("MODIFY", "uploaded", "uploaded"), set()),
        (record("INSERT", "uploading"), set()),
        (record("MODIFY", "processing", "uploaded"), set()),
        (record("MODIFY", "ready", "processing"), {"notify"}),
        (record("MODIFY", "failed", "uploaded"), {"notify"}),
        (record("MODIFY", "ready", "ready"), set()),
        (record("INSERT", "uploaded", kind="upload"), set()),
        (
            {"eventName": "REMOVE", "dynamodb": {"OldImage": {"type": {"S": "media"}, "status": {"S": "uploaded"}}}},
            set(),
        ),
    ]
    for event, expected in cases:
        taken = {name for name, patterns in pipes.items() if any(wanted(json.loads(p), event) for p in patterns)}
        assert taken == expected, (event, taken, expected)


def resources(module):
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from resources(child)


def main():
    everything = list(resources(json.load(sys.stdin)["values"]["root_module"]))
    machines = {
        r["index"]: json.loads(r["values"]["definition"]) for r in everything if r["type"] == "aws_sfn_state_machine"
    }
    pipes = {
        r["index"]: [f["pattern"] for f in r["values"]["source_parameters"][0]["filter_criteria"][0]["filter"]]
        for r in everything
        if r["type"] == "aws_pipes_pipe" and r["name"] == "stream"
    }
    # A placeholder is < and > as they are: what jsonencode makes of them is none.
    for r in everything:
        if r["type"] == "aws_pipes_pipe" and r["name"] == "stream":
            assert "<$.dynamodb.NewImage.id.S>" in r["values"]["target_parameters"][0]["input_template"], r["values"][
                "target_parameters"
            ]
    process(machines["process"])
    objects(machines["objects"])
    notify(machines["notify"])
    filters(pipes)
    print(f"machines: {len(machines)} state machines and {len(pipes)} filters do what they should", file=sys.stderr)


if __name__ == "__main__":
    main()
