# Opt-in: credentials of AWS's own for people, so that other programs can put files into a person's folder and fetch what was made of
# them. This is the one way to read the processed bucket that does not lead through the distribution.

locals {
  pooled = var.identity_pool == null ? 0 : 1
  guests = try(var.identity_pool.guests, false)
}

resource "aws_cognito_identity_pool" "this" {
  count = local.pooled

  identity_pool_name               = var.name
  allow_unauthenticated_identities = local.guests
  allow_classic_flow               = false
  tags                             = var.tags

  dynamic "cognito_identity_providers" {
    for_each = { web = aws_cognito_user_pool_client.web.id, api = aws_cognito_user_pool_client.api.id }
    content {
      client_id               = cognito_identity_providers.value
      provider_name           = trimprefix(local.issuer, "https://")
      server_side_token_check = true
    }
  }
}

# An identity's id is not the person's `sub`, by which folders are named; a session's tag says it.
resource "aws_cognito_identity_pool_provider_principal_tag" "this" {
  count = local.pooled

  identity_pool_id       = aws_cognito_identity_pool.this[0].id
  identity_provider_name = trimprefix(local.issuer, "https://")
  use_defaults           = false
  principal_tags         = { owner = "sub" }
}

data "aws_iam_policy_document" "identity_trust" {
  for_each = local.pooled == 0 ? toset([]) : toset(local.guests ? ["authenticated", "unauthenticated"] : ["authenticated"])

  statement {
    actions = each.key == "authenticated" ? ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"] : ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = ["cognito-identity.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "cognito-identity.amazonaws.com:aud"
      values   = [aws_cognito_identity_pool.this[0].id]
    }
    condition {
      test     = "ForAnyValue:StringLike"
      variable = "cognito-identity.amazonaws.com:amr"
      values   = [each.key]
    }
  }
}

data "aws_iam_policy_document" "identity" {
  for_each = data.aws_iam_policy_document.identity_trust

  dynamic "statement" {
    for_each = each.key == "authenticated" ? [1] : []
    content {
      sid       = "WriteOnesOwnOriginals"
      actions   = ["s3:PutObject", "s3:AbortMultipartUpload"]
      resources = ["${var.bucket_arns.raw}/$${aws:PrincipalTag/owner}/*"]
    }
  }
  statement {
    sid     = "Read"
    actions = ["s3:GetObject"]
    resources = [
      each.key == "authenticated" ? "${var.bucket_arns.processed}/media/$${aws:PrincipalTag/owner}/*" : "${var.bucket_arns.processed}/public/*"
    ]
  }
  statement {
    sid       = "UseTheKeyThroughS3"
    actions   = each.key == "authenticated" ? ["kms:Decrypt", "kms:GenerateDataKey"] : ["kms:Decrypt"]
    resources = [var.kms_key_arn]
    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["s3.${data.aws_region.this.region}.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "identity" {
  for_each = data.aws_iam_policy_document.identity_trust

  name               = "${var.name}-${each.key}"
  assume_role_policy = each.value.json
  tags               = var.tags
}

resource "aws_iam_role_policy" "identity" {
  for_each = data.aws_iam_policy_document.identity

  name   = "objects"
  role   = aws_iam_role.identity[each.key].id
  policy = each.value.json
}

resource "aws_cognito_identity_pool_roles_attachment" "this" {
  count = local.pooled

  identity_pool_id = aws_cognito_identity_pool.this[0].id
  roles            = { for name, role in aws_iam_role.identity : name => role.arn }
}
