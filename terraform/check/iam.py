"""What each function may do, compared with what its code does.

    terraform show -json | python3 check/iam.py [--source CHECKOUT]

For each function there is a table of the calls that its code makes and on what, and of neighbours: the same calls on somebody else's
things, and other calls on its own. The rendered policies must allow the first and none of the second. With --source the tables are
compared with the lists of calls that stand beside each client in the Rust sources.
"""

import argparse
import json
import sys

from policies import Site, allowed, as_list
from sdk_calls import source_problems

READ = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"]
WRITE = ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"]
# origin/src/identity/people.rs. What people do by their own token needs no permission.
PEOPLE = [
    "ListUsers",
    "AdminListGroupsForUser",
    "AdminGetUser",
    "AdminCreateUser",
    "AdminEnableUser",
    "AdminDisableUser",
    "AdminDeleteUser",
    "ListGroups",
    "CreateGroup",
    "AdminAddUserToGroup",
    "AdminRemoveUserFromGroup",
]


def expectations(site):
    """By function: calls as (action, resource, context), and neighbours."""
    t, raw, processed = site.tables, site.buckets["raw"], site.buckets["processed"]
    original, rendition, avatar = (
        f"{raw}/ada/1f/original",
        f"{processed}/media/ada/1f/720p.mp4",
        f"{processed}/avatars/ada/0.jpg",
    )
    parameter = f"arn:aws:ssm:{site.region}:{site.account}:parameter/aws/reference/secretsmanager/{site.name}/passes"
    log = f"arn:aws:logs:{site.region}:{site.account}:log-group:/aws/lambda/{site.name}"
    elsewhere = "arn:aws:dynamodb:%s:%s:table/another-media" % (site.region, site.account)

    def data(names, actions):
        return [(a, t[n], {}) for n in names for a in actions]

    def index(names):
        return [("dynamodb:Query", f"{t[n]}/index/listing", {}) for n in names]

    def own_log(function):
        return [
            ("logs:PutLogEvents", f"{log}-{function}:log-stream:x", {}),
            ("logs:CreateLogStream", f"{log}-{function}:log-stream:x", {}),
        ]

    def strangers(function, but=()):
        """What no function does."""
        other = "sweep" if function != "sweep" else "origin"
        common = [
            ("dynamodb:Scan", t["media"], {}),
            ("dynamodb:DeleteTable", t["media"], {}),
            ("dynamodb:GetItem", elsewhere, {}),
            ("s3:GetObject", rendition, {}),
            ("s3:PutBucketPolicy", raw, {}),
            ("s3:ListBucket", site.buckets["artefacts"], {}),
            ("s3:GetObject", "arn:aws:s3:::another-bucket/x", {}),
            ("s3:PutObject", f"{site.buckets['site']}/static/x.js", {}),
            ("kms:ScheduleKeyDeletion", site.key, {}),
            ("kms:Decrypt", site.key.replace("key/", "key/0"), {}),
            ("logs:PutLogEvents", f"{log}-{other}:log-stream:x", {}),
            ("lambda:InvokeFunction", f"arn:aws:lambda:{site.region}:{site.account}:function:{site.name}-video", {}),
            ("iam:PassRole", f"arn:aws:iam::{site.account}:role/{site.name}-origin", {}),
            ("sts:AssumeRole", f"arn:aws:iam::{site.account}:role/{site.name}-origin", {}),
            ("cognito-idp:DeleteUserPool", site.pool, {}),
            ("secretsmanager:PutSecretValue", site.secret, {}),
        ]
        return [n for n in common if n[0] not in but]

    keys = [("kms:Decrypt", site.key, {}), ("kms:GenerateDataKey", site.key, {})]
    look = [("s3:ListBucket", raw, {}), ("s3:GetObject", original, {})]
    return {
        "origin": (
            data(t, READ + WRITE)
            + index(["people", "media", "licences"])
            + look
            + keys
            + own_log("origin")
            + [
                (f"s3:{a}", original, {})
                for a in ("PutObject", "DeleteObject", "AbortMultipartUpload", "ListMultipartUploadParts")
            ]
            + [("s3:PutObject", avatar, {}), ("s3:DeleteObject", avatar, {}), ("s3:DeleteObject", rendition, {})]
            + [("s3:ListBucket", processed, {"s3:prefix": p}) for p in ("media/ada/1f/", "avatars/ada/0.jpg")]
            + [("ssm:GetParameter", parameter, {}), ("secretsmanager:GetSecretValue", site.secret, {})]
            + [(f"cognito-idp:{a}", site.pool, {}) for a in PEOPLE],
            strangers("origin")
            + [
                ("s3:PutObject", rendition, {}),
                ("s3:ListBucket", processed, {}),
                ("s3:ListBucket", processed, {"s3:prefix": ""}),
                ("ssm:GetParameter", parameter.replace("passes", "other"), {}),
                ("ssm:PutParameter", parameter, {}),
                ("cognito-idp:AdminSetUserPassword", site.pool, {}),
                ("cognito-idp:ListUsers", site.pool + "0", {}),
                ("sns:Publish", site.topic, {}),
            ],
        ),
        "sweep": (
            data(["media", "people"], READ + WRITE)
            + index(["media", "people"])
            + [("dynamodb:UpdateItem", t["usage"], {})]
            + look[:1]
            + keys
            + own_log("sweep")
            + [
                ("s3:GetObject", original, {}),
                ("s3:DeleteObject", original, {}),
                ("s3:AbortMultipartUpload", original, {}),
                ("s3:DeleteObject", rendition, {}),
            ]
            + [("s3:ListBucket", processed, {"s3:prefix": "media/ada/1f/"})],
            strangers("sweep")
            + [
                ("s3:PutObject", original, {}),
                ("s3:DeleteObject", avatar, {}),
                ("dynamodb:GetItem", t["licences"], {}),
                ("dynamodb:DeleteItem", t["usage"], {}),
                ("cognito-idp:ListUsers", site.pool, {}),
                ("ssm:GetParameter", parameter, {}),
                ("s3:ListBucket", processed, {"s3:prefix": "avatars/ada/"}),
            ],
        ),
        "dispatch": (
            data(["media"], ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"])
            + [("dynamodb:UpdateItem", t["usage"], {})]
            + look
            + keys
            + own_log("dispatch"),
            strangers("dispatch")
            + [
                ("s3:PutObject", rendition, {}),
                ("s3:DeleteObject", original, {}),
                ("dynamodb:DeleteItem", t["media"], {}),
                ("dynamodb:GetItem", t["people"], {}),
                ("dynamodb:GetItem", t["usage"], {}),
                ("sns:Publish", site.topic, {}),
            ],
        ),
        "image": (
            data(["media"], ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"])
            + look
            + keys
            + own_log("image")
            + [("s3:PutObject", rendition, {})]
            # Lambda takes messages in the function's name.
            + [(f"sqs:{a}", site.queues["later"], {}) for a in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")],
            strangers("image")
            + [
                ("sqs:SendMessage", site.queues["later"], {}),
                ("sqs:ReceiveMessage", site.queues["objects"], {}),
                ("sqs:DeleteMessage", site.queues["later-failed"], {}),
                ("s3:PutObject", avatar, {}),
                ("s3:PutObject", original, {}),
                ("s3:DeleteObject", rendition, {}),
                ("dynamodb:UpdateItem", t["usage"], {}),
                ("dynamodb:Query", f"{t['media']}/index/listing", {}),
                ("dynamodb:GetItem", t["people"], {}),
            ],
        ),
        "video": (
            data(["media"], ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"])
            + [("dynamodb:UpdateItem", t["usage"], {})]
            + look
            + keys
            + own_log("video")
            + [("s3:PutObject", rendition, {}), ("s3:AbortMultipartUpload", rendition, {})],
            strangers("video")
            + [
                ("s3:GetObject", rendition, {}),
                ("s3:AbortMultipartUpload", original, {}),
                ("s3:PutObject", avatar, {}),
                ("s3:PutObject", original, {}),
                ("s3:DeleteObject", original, {}),
                ("dynamodb:GetItem", t["usage"], {}),
                ("dynamodb:GetItem", t["licences"], {}),
            ],
        ),
        "notify": (
            data(["media"], ["dynamodb:GetItem", "dynamodb:PutItem"])
            + data(["people"], READ + WRITE)
            + index(["people"])
            + keys
            + own_log("notify")
            + [("sns:Publish", site.topic, {})],
            strangers("notify")
            + [
                ("s3:ListBucket", raw, {}),
                ("s3:GetObject", original, {}),
                ("sns:Publish", site.topic.replace("-ended", "-alarms"), {}),
                ("sns:Subscribe", site.topic, {}),
                ("dynamodb:UpdateItem", t["media"], {}),
                ("dynamodb:GetItem", t["licences"], {}),
            ],
        ),
        # It judges by what lies in its zip. Not every site has it.
        "authorizer": (
            own_log("authorizer"),
            strangers("authorizer")
            + [
                ("secretsmanager:GetSecretValue", site.secret, {}),
                ("ssm:GetParameter", parameter, {}),
                ("kms:Decrypt", site.key, {}),
                ("s3:GetObject", original, {}),
                ("dynamodb:GetItem", t["media"], {}),
                ("cognito-idp:ListUsers", site.pool, {}),
            ],
        ),
        "edge": (
            [
                (
                    "logs:PutLogEvents",
                    f"arn:aws:logs:ap-south-1:{site.account}:log-group:/aws/lambda/us-east-1.{{edge}}:log-stream:x",
                    {},
                ),
                (
                    "logs:CreateLogGroup",
                    f"arn:aws:logs:sa-east-1:{site.account}:log-group:/aws/lambda/us-east-1.{{edge}}",
                    {},
                ),
            ],
            strangers("edge")
            + [
                ("secretsmanager:GetSecretValue", site.secret, {}),
                ("kms:Decrypt", site.key, {}),
                ("s3:GetObject", original, {}),
                ("dynamodb:GetItem", t["media"], {}),
                ("cloudfront-keyvaluestore:UpdateKeys", "arn:aws:cloudfront::123456789012:key-value-store/x", {}),
            ],
        ),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", help="the checkout, to compare with the calls that its sources list")
    arguments = parser.parse_args()
    site = Site(json.load(sys.stdin))
    problems, checked = [], 0
    expected = expectations(site)
    if arguments.source:
        problems += source_problems(arguments.source, {function: calls for function, (calls, _) in expected.items()})
    functions = [r["values"] for r in site.all if r["type"] == "aws_lambda_function"]
    edge = next(values["function_name"] for values in functions if values.get("skip_destroy"))
    names = [values["function_name"] for values in functions]
    there = {"edge" if name == edge else name.removeprefix(f"{site.name}-") for name in names}
    problems += [f"{name}: expected a row here that says what it may do" for name in sorted(there - set(expected))]
    missing = set(expected) - there - {"authorizer"}
    problems += [f"{name}: is judged here, and there is no such function" for name in sorted(missing)]
    for function, (calls, neighbours) in expected.items():
        if function not in there:
            continue
        policy = site.policy(f"{site.name}-{function}")
        if len(neighbours) < 10:
            problems.append(f"{function}: expected ten neighbours or more, there are {len(neighbours)}")
        for wanted, cases in ((True, calls), (False, neighbours)):
            for action, resource, context in cases:
                resource = resource.replace("{edge}", edge)
                checked += 1
                if allowed(policy, action, resource, context) != wanted:
                    problems.append(
                        f"{function}: {action} on {resource} {context or ''} is {'not ' if wanted else ''}allowed"
                    )
    # No action but a key's own policy is *, and each * that stands for a resource is one that has a reason beside it.
    for r in site.all:
        if r["type"] == "aws_iam_role_policy":
            for s in json.loads(r["values"]["policy"])["Statement"]:
                if s["Effect"] == "Allow" and any(a == "*" or a.endswith(":*") for a in as_list(s["Action"])):
                    problems.append(f"{r['address']}: {s.get('Sid')}: an action with *")
                if s["Effect"] == "Allow" and "*" in as_list(s.get("Resource", [])) and s.get("Sid") != "LogAndTrace":
                    problems.append(f"{r['address']}: {s.get('Sid')}: resource * without a reason")
    for problem in problems:
        print(f"iam: {problem}", file=sys.stderr)
    print(f"iam: {checked} calls of {len(there)} functions judged, {len(problems)} problems", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
