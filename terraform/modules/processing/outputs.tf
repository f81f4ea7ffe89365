output "functions" {
  description = "Names by function: dispatch, image, video, notify."
  value       = { for key, function in module.function : key => function.name }
}

output "environments" {
  description = "Environments by function."
  value       = { for key, function in module.function : key => function.environment }
}

output "policies" {
  description = "What each function may do, as JSON."
  value       = { for key, function in module.function : key => function.policy }
}

output "machine_arns" {
  description = "ARNs by state machine: process, objects, notify."
  value       = { for key, machine in aws_sfn_state_machine.this : key => machine.arn }
}

output "definitions" {
  description = "Definitions by state machine, as JSON."
  value       = { for key, machine in aws_sfn_state_machine.this : key => machine.definition }
}

output "machine_policies" {
  description = "What each state machine may do, as JSON."
  value       = { for key, policy in aws_iam_role_policy.machine : key => policy.policy }
}

output "pipe_policies" {
  description = "What each pipe may do, as JSON."
  value       = { for key, policy in aws_iam_role_policy.pipe : key => policy.policy }
}

output "filters" {
  description = "Filters of the change feed by pipe, as JSON."
  value       = local.filters
}

output "topic_arn" {
  description = "The topic that is told of every title that has ended."
  value       = aws_sns_topic.ended.arn
}

output "queues" {
  description = "URLs by queue: objects, later, and the last ones: objects-failed, stream-failed, later-failed, given-up, failed."
  value       = merge({ objects = aws_sqs_queue.objects.url, later = aws_sqs_queue.later.url }, { for key, queue in aws_sqs_queue.last : key => queue.url })
}

output "queue_names" {
  description = "Names by queue."
  value       = merge({ objects = aws_sqs_queue.objects.name, later = aws_sqs_queue.later.name }, { for key, queue in aws_sqs_queue.last : key => queue.name })
}
