output "arn" {
  description = "The function's ARN."
  value       = aws_lambda_function.this.arn
}

output "name" {
  description = "Its name."
  value       = aws_lambda_function.this.function_name
}

output "invoke_arn" {
  description = "What API Gateway calls it by."
  value       = aws_lambda_function.this.invoke_arn
}

output "role_arn" {
  description = "Its role."
  value       = aws_iam_role.this.arn
}

output "policy" {
  description = "All that the role may do, as JSON."
  value       = aws_iam_role_policy.this.policy
}

output "environment" {
  description = "Its environment."
  value       = var.environment
}

output "log_group" {
  description = "The name of its log."
  value       = aws_cloudwatch_log_group.this.name
}
