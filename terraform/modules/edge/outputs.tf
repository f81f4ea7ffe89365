output "viewer_request_arn" {
  description = "The CloudFront Function for behaviours with `gate: function`."
  value       = aws_cloudfront_function.viewer_request.arn
}

output "pass_store_arn" {
  description = "The key value store that `stagedoor pass rotate` and `revoke` write to."
  value       = aws_cloudfront_key_value_store.passes.arn
}

output "pass_secret" {
  description = "Name and ARN of that secret."
  value       = { name = aws_secretsmanager_secret.passes.name, arn = aws_secretsmanager_secret.passes.arn }
}

output "distribution_id" {
  description = "The distribution's id."
  value       = aws_cloudfront_distribution.this.id
}

output "distribution_arn" {
  description = "Its ARN, which buckets and keys name."
  value       = aws_cloudfront_distribution.this.arn
}

output "distribution_domain" {
  description = "Its domain name."
  value       = aws_cloudfront_distribution.this.domain_name
}

output "hosted_zone_id" {
  description = "The zone that a DNS alias of the distribution names."
  value       = aws_cloudfront_distribution.this.hosted_zone_id
}

output "behaviours" {
  description = "Behaviours in their order: pattern, gate, origin, cache, methods."
  value       = local.behaviours
}

output "response_headers" {
  description = "By origin: the headers that the distribution puts on its answers, names in lower case."
  value       = local.response_headers
}

output "function_name" {
  description = "The edge function's name."
  value       = aws_lambda_function.edge.function_name
}

output "function_version_arn" {
  description = "The version of it that behaviours name."
  value       = aws_lambda_function.edge.qualified_arn
}

output "function_policy" {
  description = "What it may do, as JSON."
  value       = aws_iam_role_policy.function.policy
}

output "zip" {
  description = "Its zip, with EDGE.json in it."
  value       = module.packed.path
}
