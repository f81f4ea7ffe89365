output "user_pool_id" {
  description = "The user pool's id."
  value       = local.pool_id
}

output "user_pool_arn" {
  description = "Its ARN, which the app's permissions name."
  value       = "arn:aws:cognito-idp:${local.pool_region}:${data.aws_caller_identity.this.account_id}:userpool/${local.pool_id}"
}

output "issuer" {
  description = "Who signs the tokens, exactly as they say it."
  value       = local.issuer
}

output "web_client_id" {
  description = "The site's client."
  value       = aws_cognito_user_pool_client.web.id
}

output "api_client_id" {
  description = "The client of scripts and of `stagedoor upload`."
  value       = aws_cognito_user_pool_client.api.id
}

output "domain" {
  description = "The host of the sign-in pages."
  value       = local.domain
}

output "sign_in" {
  description = "`deployment.sign_in` of EDGE.json."
  value = {
    authorize   = "https://${local.domain}/oauth2/authorize"
    token       = "https://${local.domain}/oauth2/token"
    revoke      = "https://${local.domain}/oauth2/revoke"
    end_session = "https://${local.domain}/logout"
    client_id   = aws_cognito_user_pool_client.web.id
  }
}

output "callback_urls" {
  description = "Where the site's client may lead back to, once everything is applied."
  value       = aws_cognito_managed_user_pool_client.web.callback_urls
}

output "identity_pool_id" {
  description = "The identity pool's id; null where there is none."
  value       = one(aws_cognito_identity_pool.this[*].id)
}

output "identity_role_arns" {
  description = "Roles of the identity pool: authenticated and, with guests, unauthenticated."
  value       = { for name, role in aws_iam_role.identity : name => role.arn }
}

output "policies" {
  description = "The roles' policies as JSON, by role."
  value       = { for name, policy in aws_iam_role_policy.identity : name => policy.policy }
}
