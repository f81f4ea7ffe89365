output "topic_arns" {
  description = "Topics that are told of alarms: of the site's region, and of the edge (us-east-1)."
  value       = { site = aws_sns_topic.alarms.arn, edge = aws_sns_topic.edge_alarms.arn }
}

output "alarms" {
  description = "Names of all alarms."
  value       = sort(concat([for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_name], [for alarm in aws_cloudwatch_metric_alarm.edge : alarm.alarm_name]))
}

output "dashboard" {
  description = "The dashboard's name."
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}
