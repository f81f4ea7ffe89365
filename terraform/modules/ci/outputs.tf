output "role_arns" {
  description = "Roles for the workflows: plan and deploy."
  value       = { for name, role in aws_iam_role.this : name => role.arn }
}

output "trust_policies" {
  description = "Who may be them, as JSON."
  value       = { for name, role in aws_iam_role.this : name => role.assume_role_policy }
}

output "policies" {
  description = "What they may do beside the policies that are attached, as JSON."
  value       = { for name, policy in aws_iam_role_policy.this : name => policy.policy }
}
