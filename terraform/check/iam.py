"""What each function may do, compared with what its code does.

    terraform show -json | python3 check/iam.py [--source CHECKOUT]

For each function there is a table of the calls that its code makes and on what, and of neighbours: the same calls on somebody else's
things, and other calls on its own. The rendered policies must allow the first and none of the second. With --source the SDK calls in the
Rust sources are looked for as well: one that the tables do not know fails.
"""
import argparse
import fnmatch
import json
import pathlib
import re
import sys

# --- an evaluator for the parts of IAM's language that are used here ----------------------------------------------------


def as_list(value):
    return value if isinstance(value, list) else [value]


def matches(pattern, text):
    # IAM has * and ? alone; [ has no meaning.
    return fnmatch.fnmatchcase(text, pattern.replace("[", "[[]"))


def condition_holds(condition, context):
    for operator, keys in condition.items():
        for key, wanted in keys.items():
            have = context.get(key)
            if operator == "StringEquals":
                good = have is not None and have in as_list(wanted)
            elif operator == "StringLike":
                good = have is not None and any(matches(w, have) for w in as_list(wanted))
            elif operator == "Bool":
                good = have is not None and have == as_list(wanted)[0]
            else:
                raise ValueError(f"the evaluator knows no {operator}")
            if not good:
                return False
    return True


def applies(statement, action, resource, context):
    if not any(matches(a.lower(), action.lower()) for a in as_list(statement["Action"])):
        return False
    if "NotResource" in statement:
        if any(matches(r, resource) for r in as_list(statement["NotResource"])):
            return False
    elif not any(matches(r, resource) for r in as_list(statement["Resource"])):
        return False
    return condition_holds(statement.get("Condition", {}), context)


def allowed(policy, action, resource, context=None):
    context = context or {}
    effects = [s["Effect"] for s in policy["Statement"] if applies(s, action, resource, context)]
    return "Allow" in effects and "Deny" not in effects


# --- the site as it was applied -----------------------------------------------------------------------------------------


def resources(module):
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from resources(child)


class Site:
    def __init__(self, state):
        self.all = list(resources(state["values"]["root_module"]))
        self.name = self.one("aws_apigatewayv2_api")["name"]
        self.region = self.one("aws_kms_key")["arn"].split(":")[3]
        self.account = self.one("aws_kms_key")["arn"].split(":")[4]
        self.tables = {r["index"]: r["values"]["arn"] for r in self.all if r["type"] == "aws_dynamodb_table"}
        self.buckets = {r["index"]: r["values"]["arn"] for r in self.all if r["type"] == "aws_s3_bucket"}
        self.key = self.one("aws_kms_key")["arn"]
        self.secret = self.one("aws_secretsmanager_secret")["arn"]
        self.pool = self.one("aws_cognito_user_pool")["arn"]
        self.topic = next(r["values"]["arn"] for r in self.all if r["type"] == "aws_sns_topic" and r["name"] == "ended")

    def one(self, kind):
        return next(r["values"] for r in self.all if r["type"] == kind)

    def policy(self, role):
        """The inline policy of the role of that name; the edge function's has some characters of chance behind it."""
        named = re.compile(rf"{re.escape(role)}(-[0-9a-f]{{8}})?")
        return next(
            json.loads(r["values"]["policy"]) for r in self.all if r["type"] == "aws_iam_role_policy" and named.fullmatch(r["values"]["role"])
        )


# --- the tables ---------------------------------------------------------------------------------------------------------

READ = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"]
WRITE = ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"]
# origin/src/identity/people.rs. What people do by their own token needs no permission.
PEOPLE = ["ListUsers", "AdminListGroupsForUser", "AdminGetUser", "AdminCreateUser", "AdminEnableUser", "AdminDisableUser", "AdminDeleteUser",
          "ListGroups", "CreateGroup", "AdminAddUserToGroup", "AdminRemoveUserFromGroup"]


def expectations(site):
    """By function: calls as (action, resource, context), and neighbours."""
    t, raw, processed = site.tables, site.buckets["raw"], site.buckets["processed"]
    original, rendition, avatar = f"{raw}/ada/1f/original", f"{processed}/media/ada/1f/720p.mp4", f"{processed}/avatars/ada/0.jpg"
    parameter = f"arn:aws:ssm:{site.region}:{site.account}:parameter/aws/reference/secretsmanager/{site.name}/passes"
    log = f"arn:aws:logs:{site.region}:{site.account}:log-group:/aws/lambda/{site.name}"
    elsewhere = "arn:aws:dynamodb:%s:%s:table/another-media" % (site.region, site.account)

    def data(names, actions):
        return [(a, t[n], {}) for n in names for a in actions]

    def index(names):
        return [("dynamodb:Query", f"{t[n]}/index/listing", {}) for n in names]

    def own_log(function):
        return [("logs:PutLogEvents", f"{log}-{function}:log-stream:x", {}), ("logs:CreateLogStream", f"{log}-{function}:log-stream:x", {})]

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
            data(t, READ + WRITE) + index(["people", "media", "licences"]) + look + keys + own_log("origin")
            + [(f"s3:{a}", original, {}) for a in ("PutObject", "DeleteObject", "AbortMultipartUpload", "ListMultipartUploadParts")]
            + [("s3:PutObject", avatar, {}), ("s3:DeleteObject", avatar, {}), ("s3:DeleteObject", rendition, {})]
            + [("s3:ListBucket", processed, {"s3:prefix": p}) for p in ("media/ada/1f/", "avatars/ada/0.jpg")]
            + [("ssm:GetParameter", parameter, {}), ("secretsmanager:GetSecretValue", site.secret, {})]
            + [(f"cognito-idp:{a}", site.pool, {}) for a in PEOPLE],
            strangers("origin") + [
                ("s3:PutObject", rendition, {}), ("s3:ListBucket", processed, {}), ("s3:ListBucket", processed, {"s3:prefix": ""}),
                ("ssm:GetParameter", parameter.replace("passes", "other"), {}), ("ssm:PutParameter", parameter, {}),
                ("cognito-idp:AdminSetUserPassword", site.pool, {}), ("cognito-idp:ListUsers", site.pool + "0", {}), ("sns:Publish", site.topic, {}),
            ],
        ),
        "sweep": (
            data(["media", "people"], READ + WRITE) + index(["media", "people"]) + [("dynamodb:UpdateItem", t["usage"], {})] + look[:1] + keys + own_log("sweep")
            + [("s3:GetObject", original, {}), ("s3:DeleteObject", original, {}), ("s3:AbortMultipartUpload", original, {}), ("s3:DeleteObject", rendition, {})]
            + [("s3:ListBucket", processed, {"s3:prefix": "media/ada/1f/"})],
            strangers("sweep") + [
                ("s3:PutObject", original, {}), ("s3:DeleteObject", avatar, {}), ("dynamodb:GetItem", t["licences"], {}), ("dynamodb:DeleteItem", t["usage"], {}),
                ("cognito-idp:ListUsers", site.pool, {}), ("ssm:GetParameter", parameter, {}), ("s3:ListBucket", processed, {"s3:prefix": "avatars/ada/"}),
            ],
        ),
        "dispatch": (
            data(["media"], ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]) + [("dynamodb:UpdateItem", t["usage"], {})] + look + keys + own_log("dispatch"),
            strangers("dispatch") + [
                ("s3:PutObject", rendition, {}), ("s3:DeleteObject", original, {}), ("dynamodb:DeleteItem", t["media"], {}), ("dynamodb:GetItem", t["people"], {}),
                ("dynamodb:GetItem", t["usage"], {}), ("sns:Publish", site.topic, {}),
            ],
        ),
        "image": (
            data(["media"], ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]) + look + keys + own_log("image") + [("s3:PutObject", rendition, {})],
            strangers("image") + [
                ("s3:PutObject", avatar, {}), ("s3:PutObject", original, {}), ("s3:DeleteObject", rendition, {}), ("dynamodb:UpdateItem", t["usage"], {}),
                ("dynamodb:Query", f"{t['media']}/index/listing", {}), ("dynamodb:GetItem", t["people"], {}),
            ],
        ),
        "video": (
            data(["media"], ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]) + [("dynamodb:UpdateItem", t["usage"], {})] + look + keys + own_log("video")
            + [("s3:PutObject", rendition, {})],
            strangers("video") + [
                ("s3:PutObject", avatar, {}), ("s3:PutObject", original, {}), ("s3:DeleteObject", original, {}), ("dynamodb:GetItem", t["usage"], {}), ("dynamodb:GetItem", t["licences"], {}),
            ],
        ),
        "notify": (
            data(["media"], ["dynamodb:GetItem", "dynamodb:PutItem"]) + data(["people"], READ + WRITE) + index(["people"]) + keys + own_log("notify") + [("sns:Publish", site.topic, {})],
            strangers("notify") + [
                ("s3:ListBucket", raw, {}), ("s3:GetObject", original, {}), ("sns:Publish", site.topic.replace("-ended", "-alarms"), {}), ("sns:Subscribe", site.topic, {}),
                ("dynamodb:UpdateItem", t["media"], {}), ("dynamodb:GetItem", t["licences"], {}),
            ],
        ),
        "edge": (
            [("logs:PutLogEvents", f"arn:aws:logs:ap-south-1:{site.account}:log-group:/aws/lambda/us-east-1.{{edge}}:log-stream:x", {}),
             ("logs:CreateLogGroup", f"arn:aws:logs:sa-east-1:{site.account}:log-group:/aws/lambda/us-east-1.{{edge}}", {})],
            strangers("edge") + [
                ("secretsmanager:GetSecretValue", site.secret, {}), ("kms:Decrypt", site.key, {}), ("s3:GetObject", original, {}), ("dynamodb:GetItem", t["media"], {}),
                ("cloudfront-keyvaluestore:UpdateKeys", "arn:aws:cloudfront::123456789012:key-value-store/x", {}),
            ],
        ),
    }


# --- the calls in the sources -------------------------------------------------------------------------------------------

# Every call of an AWS SDK client in the crates whose functions are deployed, with what it needs; None: no permission of ours.
SDK = {
    "catalog/src/dynamo": {
        "get_item": "dynamodb:GetItem", "batch_get_item": "dynamodb:BatchGetItem", "query": "dynamodb:Query", "put_item": "dynamodb:PutItem",
        "update_item": "dynamodb:UpdateItem", "delete_item": "dynamodb:DeleteItem", "transact_write_items": "dynamodb:PutItem",
        # `stagedoor migrate` and tests: no function reads a whole table or makes one.
        "scan": None, "create_table": None, "update_time_to_live": None, "wait_until_table_exists": None,
    },
    "origin/src/objects": {
        "head_object": "s3:GetObject", "get_object": "s3:GetObject", "put_object": "s3:PutObject", "delete_object": "s3:DeleteObject",
        "list_objects_v2": "s3:ListBucket", "delete_objects": "s3:DeleteObject", "head_bucket": "s3:ListBucket", "create_multipart_upload": "s3:PutObject",
        "list_parts": "s3:ListMultipartUploadParts", "complete_multipart_upload": "s3:PutObject", "abort_multipart_upload": "s3:AbortMultipartUpload",
        "upload_part": "s3:PutObject",
    },
    "processors/src/object_store.rs": {"head_object": "s3:GetObject", "get_object": "s3:GetObject", "put_object": "s3:PutObject"},
    "processors/src/notify/topic.rs": {"publish": "sns:Publish"},
    "origin/lambda/src": {"get_parameter": "ssm:GetParameter"},
    "origin/src/identity": {
        "list_users": "cognito-idp:ListUsers", "admin_list_groups_for_user": "cognito-idp:AdminListGroupsForUser", "admin_get_user": "cognito-idp:AdminGetUser",
        "admin_create_user": "cognito-idp:AdminCreateUser", "admin_enable_user": "cognito-idp:AdminEnableUser", "admin_disable_user": "cognito-idp:AdminDisableUser",
        "admin_delete_user": "cognito-idp:AdminDeleteUser", "list_groups": "cognito-idp:ListGroups", "create_group": "cognito-idp:CreateGroup",
        "admin_add_user_to_group": "cognito-idp:AdminAddUserToGroup", "admin_remove_user_from_group": "cognito-idp:AdminRemoveUserFromGroup",
        # By a person's own password, session or token.
        **dict.fromkeys([
            "initiate_auth", "respond_to_auth_challenge", "revoke_token", "forgot_password", "confirm_forgot_password", "sign_up", "confirm_sign_up",
            "resend_confirmation_code", "associate_software_token", "verify_software_token", "set_user_mfa_preference", "get_user", "change_password",
            "get_user_attribute_verification_code", "verify_user_attribute", "update_user_attributes",
        ]),
    },
}
CALL = re.compile(r"\b(?:client|sdk)\s*\.\s*([a-z_0-9]+)\(")


def source_problems(checkout):
    for place, known in SDK.items():
        path = pathlib.Path(checkout) / place
        files = [path] if path.is_file() else sorted(path.rglob("*.rs"))
        if not files:
            yield f"{place}: there are no sources; this table is about another checkout"
        found = set()
        for file in files:
            found |= set(CALL.findall(file.read_text()))
        for call in sorted(found - set(known)):
            yield f"{place}: calls {call}, which check/iam.py does not know: say what it needs, and which function may"
        for call in sorted(c for c, action in known.items() if action and c not in found):
            yield f"{place}: does not call {call} any more: take it out of check/iam.py, and its permission out of the policies"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", help="the checkout, to look for SDK calls in its sources")
    arguments = parser.parse_args()
    site = Site(json.load(sys.stdin))
    problems, checked = [], 0
    if arguments.source:
        problems += source_problems(arguments.source)
    edge = next(r["values"]["function_name"] for r in site.all if r["type"] == "aws_lambda_function" and r["values"].get("skip_destroy"))
    for function, (calls, neighbours) in expectations(site).items():
        policy = site.policy(f"{site.name}-{function}")
        if len(neighbours) < 10:
            problems.append(f"{function}: expected ten neighbours or more, there are {len(neighbours)}")
        for wanted, cases in ((True, calls), (False, neighbours)):
            for action, resource, context in cases:
                resource = resource.replace("{edge}", edge)
                checked += 1
                if allowed(policy, action, resource, context) != wanted:
                    problems.append(f"{function}: {action} on {resource} {context or ''} is {'not ' if wanted else ''}allowed")
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
    print(f"iam: {checked} calls judged, {len(problems)} problems", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
