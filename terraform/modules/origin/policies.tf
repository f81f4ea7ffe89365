# What the app's function and the sweep may do: the calls that origin/, catalog/src/dynamo and processors/ make, on what they make them on.

locals {
  tables    = var.catalog.table_arns
  raw       = var.buckets.arns.raw
  processed = var.buckets.arns.processed
}

data "aws_iam_policy_document" "app" {
  statement {
    sid     = "Catalog"
    actions = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"]
    resources = flatten([
      for table in values(local.tables) : [table, "${table}/index/*"]
    ])
  }
  statement {
    sid       = "SeeWhatHasArrived"
    actions   = ["s3:ListBucket"]
    resources = [local.raw]
  }
  statement {
    sid = "TakeOriginals"
    actions = [
      "s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts",
    ]
    resources = ["${local.raw}/*"]
  }
  statement {
    sid       = "PutAvatars"
    actions   = ["s3:PutObject"]
    resources = ["${local.processed}/avatars/*"]
  }
  statement {
    sid       = "FindWhatIsToBeRemoved"
    actions   = ["s3:ListBucket"]
    resources = [local.processed]
    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["media/*", "avatars/*"]
    }
  }
  statement {
    sid       = "RemoveWhatIsServed"
    actions   = ["s3:DeleteObject"]
    resources = ["${local.processed}/media/*", "${local.processed}/avatars/*"]
  }
  statement {
    sid       = "ReadThePassKeys"
    actions   = ["ssm:GetParameter"]
    resources = ["arn:aws:ssm:${data.aws_region.this.region}:${data.aws_caller_identity.this.account_id}:parameter${local.pass_parameter}"]
  }
  statement {
    sid       = "ReadThePassKeysSecret"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [var.pass_secret.arn]
  }
  # What people do with their own token or password needs no permission; these are the administrators' pages.
  statement {
    sid = "AdministerPeople"
    actions = [
      "cognito-idp:ListUsers", "cognito-idp:AdminGetUser", "cognito-idp:AdminListGroupsForUser", "cognito-idp:AdminCreateUser",
      "cognito-idp:AdminEnableUser", "cognito-idp:AdminDisableUser", "cognito-idp:AdminDeleteUser", "cognito-idp:ListGroups",
      "cognito-idp:CreateGroup", "cognito-idp:AdminAddUserToGroup", "cognito-idp:AdminRemoveUserFromGroup",
    ]
    resources = [var.user_pool.arn]
  }
  statement {
    sid       = "UseTheKey"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.kms_key_arn]
  }
}

data "aws_iam_policy_document" "sweep" {
  statement {
    sid     = "Catalog"
    actions = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"]
    resources = flatten([
      for name in ["media", "people"] : [local.tables[name], "${local.tables[name]}/index/*"]
    ])
  }
  statement {
    sid       = "CountWhatIsStored"
    actions   = ["dynamodb:UpdateItem"]
    resources = [local.tables.usage]
  }
  statement {
    sid       = "SeeWhatHasArrived"
    actions   = ["s3:ListBucket"]
    resources = [local.raw]
  }
  statement {
    sid       = "RemoveOriginals"
    actions   = ["s3:GetObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
    resources = ["${local.raw}/*"]
  }
  statement {
    sid       = "FindWhatIsToBeRemoved"
    actions   = ["s3:ListBucket"]
    resources = [local.processed]
    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["media/*"]
    }
  }
  statement {
    sid       = "RemoveRenditions"
    actions   = ["s3:DeleteObject"]
    resources = ["${local.processed}/media/*"]
  }
  statement {
    sid       = "UseTheKey"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.kms_key_arn]
  }
}
