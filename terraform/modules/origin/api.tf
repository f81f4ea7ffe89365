# The HTTP API in front of the app. CloudFront is its one caller; whoever finds its address gets no further than there, as the app
# judges every token itself.

locals {
  # Routes where API Gateway asks before the app is called. Everything else, also what anybody may see, is the app's alone.
  guarded = {
    presign  = "POST /api/uploads"
    upload   = "ANY /api/uploads/{proxy+}"
    retrieve = "ANY /api/media/{proxy+}"
    api      = "ANY /api/{proxy+}"
  }
  # The edge hands the token on under this name, having taken it out of cookie, header or query.
  token_header = "$request.header.x-stagedoor-token"
}

resource "aws_apigatewayv2_api" "this" {
  name          = var.name
  protocol_type = "HTTP"
  description   = "Stagedoor's app"
  tags          = var.tags

  dynamic "cors_configuration" {
    for_each = length(var.cors_origins) == 0 ? [] : [1]
    content {
      allow_origins     = var.cors_origins
      allow_methods     = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]
      allow_headers     = ["authorization", "content-type", "idempotency-key", "if-match", "x-stagedoor-token"]
      allow_credentials = true
      max_age           = 600
    }
  }
}

resource "aws_apigatewayv2_integration" "app" {
  api_id                 = aws_apigatewayv2_api.this.id
  integration_type       = "AWS_PROXY"
  integration_uri        = module.app.invoke_arn
  payload_format_version = "2.0"
  timeout_milliseconds   = 30000
}

resource "aws_apigatewayv2_authorizer" "this" {
  count = var.authorizer == "none" ? 0 : 1

  api_id           = aws_apigatewayv2_api.this.id
  name             = var.authorizer
  authorizer_type  = local.own_authorizer ? "REQUEST" : "JWT"
  identity_sources = [local.token_header]

  # Ours answers with simple responses. Its verdict is not kept: it is quick, and a token that was signed out must not live on.
  authorizer_uri                    = local.own_authorizer ? module.authorizer[0].invoke_arn : null
  authorizer_payload_format_version = local.own_authorizer ? "2.0" : null
  enable_simple_responses           = local.own_authorizer ? true : null
  authorizer_result_ttl_in_seconds  = local.own_authorizer ? 0 : null

  dynamic "jwt_configuration" {
    for_each = local.own_authorizer ? [] : [1]
    content {
      issuer   = var.issuer.issuer
      audience = var.issuer.clients
    }
  }
}

resource "aws_apigatewayv2_route" "guarded" {
  for_each = var.authorizer == "none" ? {} : local.guarded

  api_id             = aws_apigatewayv2_api.this.id
  route_key          = each.value
  target             = "integrations/${aws_apigatewayv2_integration.app.id}"
  authorization_type = local.own_authorizer ? "CUSTOM" : "JWT"
  authorizer_id      = aws_apigatewayv2_authorizer.this[0].id
}

resource "aws_apigatewayv2_route" "default" {
  #checkov:skip=CKV_AWS_309: the app verifies the token of every request itself, by the code of the edge, and serves /health and sign-in to anybody
  api_id             = aws_apigatewayv2_api.this.id
  route_key          = "$default"
  target             = "integrations/${aws_apigatewayv2_integration.app.id}"
  authorization_type = "NONE"
}

resource "aws_cloudwatch_log_group" "api" {
  name              = "/aws/apigateway/${var.name}"
  retention_in_days = var.log_days
  kms_key_id        = var.kms_key_arn
  tags              = var.tags
}

resource "aws_apigatewayv2_stage" "default" {
  api_id      = aws_apigatewayv2_api.this.id
  name        = "$default"
  auto_deploy = true
  tags        = var.tags

  default_route_settings {
    throttling_rate_limit  = var.throttle.rate
    throttling_burst_limit = var.throttle.burst
  }

  # No path: a share link's is a credential. The app's own log has the route.
  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.api.arn
    format = jsonencode({
      request_id  = "$context.requestId"
      method      = "$context.httpMethod"
      route       = "$context.routeKey"
      status      = "$context.status"
      duration_ms = "$context.responseLatency"
      bytes       = "$context.responseLength"
      error       = "$context.integrationErrorMessage"
      authorizer  = "$context.authorizer.error"
    })
  }
}

resource "aws_lambda_permission" "app" {
  statement_id  = "ApiGateway"
  action        = "lambda:InvokeFunction"
  function_name = module.app.name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this.execution_arn}/*"
}

resource "aws_lambda_permission" "authorizer" {
  count = local.own_authorizer ? 1 : 0

  statement_id  = "ApiGateway"
  action        = "lambda:InvokeFunction"
  function_name = module.authorizer[0].name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this.execution_arn}/authorizers/${aws_apigatewayv2_authorizer.this[0].id}"
}
