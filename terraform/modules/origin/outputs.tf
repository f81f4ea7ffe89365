output "domain" {
  description = "The host that the distribution sends the app's requests to."
  value       = trimprefix(aws_apigatewayv2_api.this.api_endpoint, "https://")
}

output "api_id" {
  description = "The HTTP API's id."
  value       = aws_apigatewayv2_api.this.id
}

output "routes" {
  description = "Routes of the API with how each is authorised."
  value = merge(
    { (aws_apigatewayv2_route.default.route_key) = aws_apigatewayv2_route.default.authorization_type },
    { for route in aws_apigatewayv2_route.guarded : route.route_key => route.authorization_type },
  )
}

output "functions" {
  description = "Names by function: origin, sweep and, where it is ours, authorizer."
  value = merge(
    { origin = module.app.name, sweep = module.sweep.name },
    local.own_authorizer ? { authorizer = module.authorizer[0].name } : {},
  )
}

output "environments" {
  description = "Environments by function."
  value       = { origin = module.app.environment, sweep = module.sweep.environment }
}

output "policies" {
  description = "What each function may do, as JSON."
  value = merge(
    { origin = module.app.policy, sweep = module.sweep.policy },
    local.own_authorizer ? { authorizer = module.authorizer[0].policy } : {},
  )
}

output "failed_queue" {
  description = "Name and ARN of the queue with what failed although nobody waited for it."
  value       = { name = aws_sqs_queue.failed.name, arn = aws_sqs_queue.failed.arn }
}
