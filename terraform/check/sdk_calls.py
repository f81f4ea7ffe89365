"""The calls of AWS's SDK in the Rust sources, with what each needs."""

import pathlib
import re

# Every call of an AWS SDK client in the crates whose functions are deployed, with what it needs; None: no permission of ours.
SDK = {
    "catalog/src/dynamo": {
        "get_item": "dynamodb:GetItem",
        "batch_get_item": "dynamodb:BatchGetItem",
        "query": "dynamodb:Query",
        "put_item": "dynamodb:PutItem",
        "update_item": "dynamodb:UpdateItem",
        "delete_item": "dynamodb:DeleteItem",
        "transact_write_items": "dynamodb:PutItem",
        # `stagedoor migrate` and tests: no function reads a whole table or makes one.
        "scan": None,
        "create_table": None,
        "update_time_to_live": None,
        "wait_until_table_exists": None,
    },
    "origin/src/objects": {
        "head_object": "s3:GetObject",
        "get_object": "s3:GetObject",
        "put_object": "s3:PutObject",
        "delete_object": "s3:DeleteObject",
        "list_objects_v2": "s3:ListBucket",
        "delete_objects": "s3:DeleteObject",
        "head_bucket": "s3:ListBucket",
        "create_multipart_upload": "s3:PutObject",
        "list_parts": "s3:ListMultipartUploadParts",
        "complete_multipart_upload": "s3:PutObject",
        "abort_multipart_upload": "s3:AbortMultipartUpload",
        "upload_part": "s3:PutObject",
    },
    "processors/src/object_store.rs": {
        "head_object": "s3:GetObject",
        "get_object": "s3:GetObject",
        "put_object": "s3:PutObject",
    },
    "processors/src/notify/topic.rs": {"publish": "sns:Publish"},
    "origin/lambda/src": {"get_parameter": "ssm:GetParameter"},
    "origin/src/identity": {
        "list_users": "cognito-idp:ListUsers",
        "admin_list_groups_for_user": "cognito-idp:AdminListGroupsForUser",
        "admin_get_user": "cognito-idp:AdminGetUser",
        "admin_create_user": "cognito-idp:AdminCreateUser",
        "admin_enable_user": "cognito-idp:AdminEnableUser",
        "admin_disable_user": "cognito-idp:AdminDisableUser",
        "admin_delete_user": "cognito-idp:AdminDeleteUser",
        "list_groups": "cognito-idp:ListGroups",
        "create_group": "cognito-idp:CreateGroup",
        "admin_add_user_to_group": "cognito-idp:AdminAddUserToGroup",
        "admin_remove_user_from_group": "cognito-idp:AdminRemoveUserFromGroup",
        # By a person's own password, session or token.
        **dict.fromkeys(
            [
                "initiate_auth",
                "respond_to_auth_challenge",
                "revoke_token",
                "forgot_password",
                "confirm_forgot_password",
                "sign_up",
                "confirm_sign_up",
                "resend_confirmation_code",
                "associate_software_token",
                "verify_software_token",
                "set_user_mfa_preference",
                "get_user",
                "change_password",
                "get_user_attribute_verification_code",
                "verify_user_attribute",
                "update_user_attributes",
            ]
        ),
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
            yield f"{place}: calls {call}, which check/sdk_calls.py does not know: say what it needs, and which function may"
        for call in sorted(c for c, action in known.items() if action and c not in found):
            yield f"{place}: does not call {call} any more: take it out of check/sdk_calls.py, and its permission out of the policies"
