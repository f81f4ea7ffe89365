output "arn" {
  description = "The schedule's ARN."
  value       = aws_scheduler_schedule.this.arn
}

output "policy" {
  description = "What its role may do, as JSON."
  value       = aws_iam_role_policy.this.policy
}
