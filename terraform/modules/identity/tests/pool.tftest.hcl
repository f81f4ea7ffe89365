# The pool, its clients, and the roles of the identity pool.

variables {
  name                = "media-example"
  domain_prefix       = "media-example-0a1b"
  distribution_domain = "d111111abcdef8.cloudfront.net"
  bucket_arns         = { raw = "arn:aws:s3:::raw", processed = "arn:aws:s3:::processed" }
  kms_key_arn         = "arn:aws:kms:eu-central-1:123456789012:key/12345678-1234-1234-1234-123456789012"
}

run "by_default" {
  assert {
    condition     = aws_cognito_managed_user_pool_client.web.callback_urls == toset(["https://d111111abcdef8.cloudfront.net/_auth/callback"]) && aws_cognito_managed_user_pool_client.web.logout_urls == toset(["https://d111111abcdef8.cloudfront.net/_auth/signed-out"])
    error_message = "the site's client ends up with the distribution's address"
  }
  assert {
    condition     = !strcontains(join(",", aws_cognito_user_pool_client.web.callback_urls), "cloudfront")
    error_message = "it is made without that address: there would be a cycle"
  }
  assert {
    condition     = can(regex(aws_cognito_managed_user_pool_client.web.name_pattern, aws_cognito_user_pool_client.web.name)) && !can(regex(aws_cognito_managed_user_pool_client.web.name_pattern, aws_cognito_user_pool_client.api.name))
    error_message = "the pattern is that of the one client"
  }
  assert {
    condition     = one(aws_cognito_user_pool_client.web.refresh_token_rotation).feature == "ENABLED" && one(aws_cognito_user_pool_client.web.refresh_token_rotation).retry_grace_period_seconds == 60 && length(aws_cognito_user_pool_client.api.refresh_token_rotation) == 0
    error_message = "refresh tokens rotate for the site with 60 seconds of grace, and not for scripts"
  }
  assert {
    condition = alltrue([for a in ["access_token_validity", "allowed_oauth_scopes", "explicit_auth_flows", "refresh_token_validity", "prevent_user_existence_errors", "enable_token_revocation"] :
    jsonencode({ for k, v in aws_cognito_user_pool_client.web : k => v if k == a }) == jsonencode({ for k, v in aws_cognito_managed_user_pool_client.web : k => v if k == a })])
    error_message = "both resources say the same of the client: an update of one would undo the other's"
  }
  assert {
    condition     = aws_cognito_user_pool_client.web.explicit_auth_flows == toset(["ALLOW_USER_SRP_AUTH"]) && aws_cognito_user_pool_client.web.allowed_oauth_flows == toset(["code"]) && aws_cognito_user_pool_client.web.generate_secret != true
    error_message = "code with PKCE at the edge, SRP in the app's pages"
  }
  assert {
    condition     = aws_cognito_user_pool_client.web.access_token_validity == 15 && one(aws_cognito_user_pool_client.web.token_validity_units).access_token == "minutes"
    error_message = "access tokens of 15 minutes"
  }
  assert {
    condition     = length(aws_cognito_identity_pool.this) == 0 && length(aws_iam_role.identity) == 0 && length(aws_iam_role.sms) == 0 && aws_cognito_user_pool.this[0].auto_verified_attributes == toset(["email"])
    error_message = "no identity pool and no text messages by default"
  }
  assert {
    condition     = one(aws_cognito_user_pool.this[0].admin_create_user_config).allow_admin_create_user_only && one(aws_cognito_user_pool.this[0].software_token_mfa_configuration).enabled && aws_cognito_user_pool.this[0].mfa_configuration == "OPTIONAL"
    error_message = "people are invited, and may have a second factor"
  }
  assert {
    condition     = output.issuer == "https://cognito-idp.${data.aws_region.this.region}.amazonaws.com/${output.user_pool_id}" && output.sign_in.token == "https://${output.domain}/oauth2/token"
    error_message = "issuer and endpoints are the pool's"
  }
}

run "own_domain" {
  variables {
    site_domain = "media.example.com"
  }
  assert {
    condition     = aws_cognito_managed_user_pool_client.web.callback_urls == toset(["https://media.example.com/_auth/callback"])
    error_message = "with a domain of one's own the client leads back there"
  }
}

run "own_pool" {
  variables {
    user_pool = { id = "us-west-2_AbCdEfGhI", domain = "login.example.com" }
  }
  assert {
    condition     = length(aws_cognito_user_pool.this) == 0 && length(aws_cognito_user_group.this) == 0 && length(aws_cognito_user_pool_domain.this) == 0 && aws_cognito_user_pool_client.web.user_pool_id == "us-west-2_AbCdEfGhI"
    error_message = "a pool that is there stays as it is, and gets the clients"
  }
  assert {
    condition     = output.issuer == "https://cognito-idp.us-west-2.amazonaws.com/us-west-2_AbCdEfGhI" && output.sign_in.authorize == "https://login.example.com/oauth2/authorize"
    error_message = "issuer and endpoints are that pool's, in its region"
  }
}

run "relaxed_with_text_messages" {
  variables {
    password_policy = { minimum_length = 6, lowercase = false, uppercase = false, numbers = false, symbols = false }
    sms             = true
    mfa             = "required"
  }
  assert {
    condition     = one(aws_cognito_user_pool.this[0].password_policy).minimum_length == 6 && !one(aws_cognito_user_pool.this[0].password_policy).require_numbers
    error_message = "the password policy is what one wants"
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.sms[0].policy).Statement[0].NotResource == "arn:aws:sns:*:*:*" && one(aws_cognito_user_pool.this[0].sms_configuration).sns_caller_arn == aws_iam_role.sms[0].arn
    error_message = "text messages go out by a role that publishes to no topic"
  }
  assert {
    condition     = jsondecode(aws_iam_role.sms[0].assume_role_policy).Statement[0].Condition.StringEquals["sts:ExternalId"] == one(aws_cognito_user_pool.this[0].sms_configuration).external_id
    error_message = "this pool alone may be that role"
  }
  assert {
    condition     = aws_cognito_user_pool.this[0].auto_verified_attributes == toset(["email", "phone_number"])
    error_message = "a code goes to a number that is new, too"
  }
}

run "identity_pool" {
  variables {
    identity_pool = { guests = true }
  }
  assert {
    condition     = aws_cognito_identity_pool_provider_principal_tag.this[0].principal_tags == tomap({ owner = "sub" })
    error_message = "a session's tag says whose it is"
  }
  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.identity["authenticated"].policy).Statement : s.Resource if contains(["WriteOnesOwnOriginals", "Read"], s.Sid)] == ["arn:aws:s3:::raw/$${aws:PrincipalTag/owner}/*", "arn:aws:s3:::processed/media/$${aws:PrincipalTag/owner}/*"]
    error_message = "people write and read under their own prefix"
  }
  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.identity["unauthenticated"].policy).Statement : [s.Action, s.Resource] if s.Sid == "Read"] == [["s3:GetObject", "arn:aws:s3:::processed/public/*"]] && !strcontains(aws_iam_role_policy.identity["unauthenticated"].policy, "PutObject")
    error_message = "guests read public/* and write nothing"
  }
  assert {
    condition     = !contains(flatten([jsondecode(aws_iam_role.identity["unauthenticated"].assume_role_policy).Statement[0].Action]), "sts:TagSession") && contains(jsondecode(aws_iam_role.identity["authenticated"].assume_role_policy).Statement[0].Action, "sts:TagSession")
    error_message = "sessions of people are tagged, guests' are not"
  }
}

run "without_guests" {
  variables {
    identity_pool = {}
  }
  assert {
    condition     = keys(aws_iam_role.identity) == ["authenticated"] && !aws_cognito_identity_pool.this[0].allow_unauthenticated_identities
    error_message = "guests are off unless they are switched on"
  }
}

run "wrong" {
  command = plan
  variables {
    # name in capitals
    name = "Media"
    # no pool id
    user_pool = { id = "pool", domain = "login.example.com" }
    # a reserved prefix
    domain_prefix = "my-cognito"
    # no openid
    scopes = ["email"]
    # too short a password
    password_policy = { minimum_length = 5 }
    # no such mfa
    mfa = "sometimes"
    # a group with a space
    groups = { "the admins" = "" }
    # too short a token
    access_token_minutes = 1
    # too long a session
    refresh_token_days = 4000
  }
  expect_failures = [var.name, var.user_pool, var.domain_prefix, var.scopes, var.password_policy, var.mfa, var.groups, var.access_token_minutes, var.refresh_token_days]
}

run "wrong_2" {
  command = plan
  variables {
    # a url for a domain
    user_pool = { id = "us-west-2_AbCdEfGhI", domain = "https://login.example.com" }
    # a prefix with a dot
    domain_prefix = "a.b"
    # no temporary password
    password_policy = { temporary_valid_days = 0 }
  }
  expect_failures = [var.user_pool, var.domain_prefix, var.password_policy]
}
