output "viewer_request_arn" {
  description = "The CloudFront Function for behaviours with `gate: function`."
  value       = aws_cloudfront_function.viewer_request.arn
}

output "pass_store_arn" {
  description = "The key value store that `stagedoor pass rotate` and `revoke` write to."
  value       = aws_cloudfront_key_value_store.passes.arn
}

output "pass_secret_arn" {
  description = "The secret with the keys of passes; the app reads it."
  value       = aws_secretsmanager_secret.passes.arn
}

output "pass_secret_name" {
  description = "Its name."
  value       = aws_secretsmanager_secret.passes.name
}
