# Two roles for GitHub's workflows, without any key that could be stolen: one plans, for pull requests of the repository itself; one
# applies, for the branch that is deployed.
#
# Whoever may push to that branch is an administrator of the account: who makes roles can make one that may do anything. To bound that,
# put a permissions boundary on every role of the site, and let the deploying role make roles with that boundary alone.

data "aws_caller_identity" "this" {}

locals {
  account  = data.aws_caller_identity.this.account_id
  provider = "token.actions.githubusercontent.com"
  subjects = {
    plan   = ["repo:${var.repository}:pull_request", "repo:${var.repository}:ref:refs/heads/${var.branch}"]
    deploy = ["repo:${var.repository}:ref:refs/heads/${var.branch}"]
  }
  policy_arns = merge(
    { for arn in var.plan_policy_arns : "plan ${arn}" => { role = "plan", arn = arn } },
    { for arn in var.deploy_policy_arns : "deploy ${arn}" => { role = "deploy", arn = arn } },
  )
  state = "arn:aws:s3:::${var.state_bucket}/${var.state_key}"
}

resource "aws_iam_openid_connect_provider" "github" {
  count          = var.oidc_provider_arn == null ? 1 : 0
  url            = "https://${local.provider}"
  client_id_list = ["sts.amazonaws.com"]
  tags           = var.tags
}

data "aws_iam_policy_document" "trust" {
  for_each = local.subjects

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [coalesce(var.oidc_provider_arn, one(aws_iam_openid_connect_provider.github[*].arn))]
    }
    condition {
      test     = "StringEquals"
      variable = "${local.provider}:aud"
      values   = ["sts.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "${local.provider}:sub"
      values   = each.value
    }
  }
}

resource "aws_iam_role" "this" {
  for_each             = local.subjects
  name                 = "${var.name}-ci-${each.key}"
  assume_role_policy   = data.aws_iam_policy_document.trust[each.key].json
  max_session_duration = 3600
  tags                 = var.tags
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each   = local.policy_arns
  role       = aws_iam_role.this[each.value.role].name
  policy_arn = each.value.arn
}

data "aws_iam_policy_document" "role" {
  for_each = local.subjects

  statement {
    sid       = "State"
    actions   = each.key == "deploy" ? ["s3:GetObject", "s3:PutObject"] : ["s3:GetObject"]
    resources = [local.state]
  }
  # A plan takes the lock too.
  statement {
    sid       = "Lock"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    resources = ["${local.state}.tflock"]
  }
  statement {
    sid       = "FindState"
    actions   = ["s3:ListBucket"]
    resources = ["arn:aws:s3:::${var.state_bucket}"]
  }
  # A plan compares the first value of the secret with what is there.
  statement {
    sid       = "ReadThePassKeys"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = ["arn:aws:secretsmanager:*:${local.account}:secret:${var.name}/*"]
  }
  statement {
    sid       = "ReadThePassKeysKey"
    actions   = ["kms:Decrypt"]
    resources = ["arn:aws:kms:*:${local.account}:key/*"]
    condition {
      test     = "StringLike"
      variable = "kms:ViaService"
      values   = ["secretsmanager.*.amazonaws.com"]
    }
  }
  # ReadOnlyAccess reads data as well as settings; what people have put in is nobody's business who plans.
  dynamic "statement" {
    for_each = each.key == "plan" ? [1] : []
    content {
      sid     = "NotWhatPeoplePutIn"
      effect  = "Deny"
      actions = ["s3:GetObject", "s3:GetObjectVersion", "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:GetRecords", "cognito-idp:ListUsers", "cognito-idp:AdminGetUser"]
      resources = [
        "arn:aws:s3:::${var.name}-raw-*/*", "arn:aws:s3:::${var.name}-processed-*/*", "arn:aws:dynamodb:*:${local.account}:table/${var.name}-*",
        "arn:aws:cognito-idp:*:${local.account}:userpool/*",
      ]
    }
  }

  dynamic "statement" {
    for_each = each.key == "deploy" ? [1] : []
    content {
      sid = "RolesOfTheSite"
      actions = [
        "iam:CreateRole", "iam:DeleteRole", "iam:GetRole", "iam:UpdateRole", "iam:UpdateAssumeRolePolicy", "iam:TagRole", "iam:UntagRole",
        "iam:PutRolePolicy", "iam:DeleteRolePolicy", "iam:GetRolePolicy", "iam:ListRolePolicies", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole",
      ]
      resources = ["arn:aws:iam::${local.account}:role/${var.name}-*"]
    }
  }
  # A plan reads what is in the state: GitHub's provider too, where it was made here.
  dynamic "statement" {
    for_each = each.key == "deploy" && var.oidc_provider_arn == null ? [1] : []
    content {
      sid       = "ReadGitHubsProvider"
      actions   = ["iam:GetOpenIDConnectProvider"]
      resources = ["arn:aws:iam::${local.account}:oidc-provider/${local.provider}"]
    }
  }
  # No deployment changes who may deploy. Against somebody who wants to, it is no defence: they make another role first.
  dynamic "statement" {
    for_each = each.key == "deploy" ? [1] : []
    content {
      sid       = "NotItself"
      effect    = "Deny"
      actions   = ["iam:UpdateAssumeRolePolicy", "iam:PutRolePolicy", "iam:DeleteRolePolicy", "iam:DeleteRole", "iam:AttachRolePolicy", "iam:PassRole"]
      resources = ["arn:aws:iam::${local.account}:role/${var.name}-ci-*"]
    }
  }
  dynamic "statement" {
    for_each = each.key == "deploy" ? [1] : []
    content {
      sid       = "HandRolesToServices"
      actions   = ["iam:PassRole"]
      resources = ["arn:aws:iam::${local.account}:role/${var.name}-*"]
      condition {
        test     = "StringEquals"
        variable = "iam:PassedToService"
        values = [
          "lambda.amazonaws.com", "edgelambda.amazonaws.com", "states.amazonaws.com", "pipes.amazonaws.com", "scheduler.amazonaws.com",
          "cognito-idp.amazonaws.com", "cognito-identity.amazonaws.com",
        ]
      }
    }
  }
}

resource "aws_iam_role_policy" "this" {
  for_each = local.subjects
  name     = each.key
  role     = aws_iam_role.this[each.key].id
  policy   = data.aws_iam_policy_document.role[each.key].json
}
