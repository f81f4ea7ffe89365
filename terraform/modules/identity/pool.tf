# Who people are: a user pool with its sign-in pages and groups. Nothing of this is made where there is a pool already.

data "aws_region" "this" {}

locals {
  own_pool = var.user_pool == null
  pool_id  = local.own_pool ? aws_cognito_user_pool.this[0].id : var.user_pool.id
  # A pool's id begins with its region.
  pool_region = local.own_pool ? data.aws_region.this.region : split("_", var.user_pool.id)[0]
  domain      = local.own_pool ? "${aws_cognito_user_pool_domain.this[0].domain}.auth.${data.aws_region.this.region}.amazoncognito.com" : var.user_pool.domain
  issuer      = "https://cognito-idp.${local.pool_region}.amazonaws.com/${local.pool_id}"
}

resource "aws_cognito_user_pool" "this" {
  count = local.own_pool ? 1 : 0

  name                     = var.name
  username_attributes      = ["email"]
  auto_verified_attributes = concat(["email"], var.sms ? ["phone_number"] : [])
  deletion_protection      = var.protect ? "ACTIVE" : "INACTIVE"
  mfa_configuration        = { off = "OFF", optional = "OPTIONAL", required = "ON" }[var.mfa]
  tags                     = var.tags

  username_configuration {
    case_sensitive = false
  }

  password_policy {
    minimum_length                   = var.password_policy.minimum_length
    require_lowercase                = var.password_policy.lowercase
    require_uppercase                = var.password_policy.uppercase
    require_numbers                  = var.password_policy.numbers
    require_symbols                  = var.password_policy.symbols
    temporary_password_validity_days = var.password_policy.temporary_valid_days
  }

  admin_create_user_config {
    allow_admin_create_user_only = !var.self_sign_up
  }

  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = 1
    }
  }

  # An address is another person's until its owner has answered.
  user_attribute_update_settings {
    attributes_require_verification_before_update = ["email"]
  }

  dynamic "software_token_mfa_configuration" {
    for_each = var.mfa == "off" ? [] : [1]
    content {
      enabled = true
    }
  }

  dynamic "sms_configuration" {
    for_each = aws_iam_role.sms
    content {
      external_id    = local.sms_external_id
      sns_caller_arn = sms_configuration.value.arn
    }
  }

  # Cognito tries the role when it is told of it.
  depends_on = [aws_iam_role_policy.sms]
}

resource "aws_cognito_user_pool_domain" "this" {
  count = local.own_pool ? 1 : 0

  domain                = var.domain_prefix
  user_pool_id          = local.pool_id
  managed_login_version = 2
}

# Managed login shows an error instead of a page to a client that has no style.
resource "aws_cognito_managed_login_branding" "web" {
  count = local.own_pool ? 1 : 0

  user_pool_id                = local.pool_id
  client_id                   = aws_cognito_user_pool_client.web.id
  use_cognito_provided_values = true

  depends_on = [aws_cognito_user_pool_domain.this]
}

resource "aws_cognito_user_group" "this" {
  for_each = local.own_pool ? var.groups : {}

  name         = each.key
  description  = each.value
  user_pool_id = local.pool_id
}

# Text messages go out by a role of the account's own.

locals {
  sms_external_id = "${var.name}-sms"
}

data "aws_caller_identity" "this" {}

data "aws_iam_policy_document" "sms_trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["cognito-idp.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = [local.sms_external_id]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.this.account_id]
    }
  }
}

data "aws_iam_policy_document" "sms" {
  statement {
    sid     = "SendTextMessages"
    actions = ["sns:Publish"]
    # A telephone number has no ARN: whatever is no topic.
    not_resources = ["arn:aws:sns:*:*:*"]
  }
}

resource "aws_iam_role" "sms" {
  count = local.own_pool && var.sms ? 1 : 0

  name               = "${var.name}-cognito-sms"
  assume_role_policy = data.aws_iam_policy_document.sms_trust.json
  tags               = var.tags
}

resource "aws_iam_role_policy" "sms" {
  count = local.own_pool && var.sms ? 1 : 0

  name   = "send"
  role   = aws_iam_role.sms[0].id
  policy = data.aws_iam_policy_document.sms.json
}
