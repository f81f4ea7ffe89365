"""The parts of IAM's language that are used here, and the policies of a site as it was applied."""

import fnmatch
import json
import re


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

        self.queues = {
            r["values"]["name"].removeprefix(f"{self.name}-"): r["values"]["arn"]
            for r in self.all
            if r["type"] == "aws_sqs_queue"
        }

    def one(self, kind):
        return next(r["values"] for r in self.all if r["type"] == kind)

    def policy(self, role):
        """The inline policy of the role of that name; the edge function's has some characters of chance behind it."""
        named = re.compile(rf"{re.escape(role)}(-[0-9a-f]{{8}})?")
        return next(
            json.loads(r["values"]["policy"])
            for r in self.all
            if r["type"] == "aws_iam_role_policy" and named.fullmatch(r["values"]["role"])
        )
