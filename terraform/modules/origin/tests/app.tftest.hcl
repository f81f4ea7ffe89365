# The app's function and what stands before it.

variables {
  name            = "media-example"
  artefacts       = "../../tests/artefacts"
  artefact_bucket = "artefacts"
  build_directory = ".build"
  edge_json       = "{\"policy\":{},\"deployment\":{\"issuers\":[]}}"
  catalog = {
    address    = "dynamodb:media-example"
    table_arns = { for name in ["people", "media", "licences", "usage"] : name => "arn:aws:dynamodb:eu-central-1:123456789012:table/media-example-${name}" }
  }
  buckets = {
    names = { raw = "raw", processed = "processed" }
    arns  = { raw = "arn:aws:s3:::raw", processed = "arn:aws:s3:::processed" }
  }
  kms_key_arn     = "arn:aws:kms:eu-central-1:123456789012:key/12345678-1234-1234-1234-123456789012"
  pass_secret     = { name = "media-example/passes", arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:media-example/passes-AbCdEf" }
  user_pool       = { id = "eu-central-1_AbCdEfGhI", arn = "arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_AbCdEfGhI" }
  sign_out_origin = "https://media-example.auth.eu-central-1.amazoncognito.com"
  issuer          = { issuer = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI", clients = ["web", "api"] }
}

run "by_default" {
  assert {
    condition     = output.routes == { "$default" = "NONE" } && length(aws_apigatewayv2_authorizer.this) == 0
    error_message = "the app verifies tokens itself; nothing stands before it unless one says so"
  }
  assert {
    condition = output.environments.origin == tomap({
      STAGEDOOR_EDGE             = "/opt/EDGE.json"
      STAGEDOOR_CATALOG          = "dynamodb:media-example"
      STAGEDOOR_RAW_BUCKET       = "raw"
      STAGEDOOR_MEDIA_BUCKET     = "processed"
      STAGEDOOR_PASS_KEYS        = "ssm:/aws/reference/secretsmanager/media-example/passes"
      STAGEDOOR_SIGN_OUT_ORIGIN  = "https://media-example.auth.eu-central-1.amazoncognito.com"
      STAGEDOOR_ADMINISTRATORS   = "admins"
      STAGEDOOR_TOKEN_API        = "off"
      STAGEDOOR_SIGN_UP          = "off"
      STAGEDOOR_MAX_UPLOAD_BYTES = "5000000000"
      STAGEDOOR_USER_POOL        = "eu-central-1_AbCdEfGhI"
    })
    error_message = "the environment is what origin/lambda/src/settings.rs reads"
  }
  assert {
    condition     = !contains(keys(output.environments.sweep), "STAGEDOOR_USER_POOL") && !strcontains(output.policies.sweep, "cognito-idp")
    error_message = "the sweep has nothing to do with the pool"
  }
  assert {
    condition     = aws_lambda_permission.app.principal == "apigateway.amazonaws.com" && startswith(aws_lambda_permission.app.source_arn, aws_apigatewayv2_api.this.execution_arn)
    error_message = "this API alone calls the app"
  }
  assert {
    condition     = aws_apigatewayv2_integration.app.payload_format_version == "2.0" && !strcontains(aws_apigatewayv2_stage.default.access_log_settings[0].format, "path")
    error_message = "the payload's format is what lambda_http reads; no path is logged"
  }
}

run "limits" {
  command = plan
  variables {
    max_upload_bytes = null
    default_quota    = { bytes = 5000000000000 }
    token_api        = true
    self_sign_up     = true
  }
  assert {
    condition     = local.environment.STAGEDOOR_QUOTA_BYTES == "5000000000000" && !contains(keys(local.environment), "STAGEDOOR_QUOTA_MINUTES") && !contains(keys(local.environment), "STAGEDOOR_MAX_UPLOAD_BYTES")
    error_message = "numbers are written out whole, and what is not said is not there"
  }
  assert {
    condition     = local.environment.STAGEDOOR_TOKEN_API == "on" && local.environment.STAGEDOOR_SIGN_UP == "on"
    error_message = "switches are on or off"
  }
}

run "jwt_authorizer" {
  variables {
    authorizer = "jwt"
  }
  assert {
    condition     = output.routes == { "$default" = "NONE", "POST /api/uploads" = "JWT", "ANY /api/uploads/{proxy+}" = "JWT", "ANY /api/media/{proxy+}" = "JWT", "ANY /api/{proxy+}" = "JWT" }
    error_message = "presign, upload, retrieve and the rest of the API are asked about"
  }
  assert {
    condition     = one(aws_apigatewayv2_authorizer.this[0].jwt_configuration).audience == toset(["web", "api"]) && aws_apigatewayv2_authorizer.this[0].identity_sources == toset(["$request.header.x-stagedoor-token"])
    error_message = "both clients' tokens count, where the edge puts them"
  }
}

run "our_authorizer" {
  variables {
    authorizer = "lambda"
  }
  assert {
    condition     = aws_apigatewayv2_authorizer.this[0].enable_simple_responses && aws_apigatewayv2_authorizer.this[0].authorizer_payload_format_version == "2.0" && aws_apigatewayv2_authorizer.this[0].authorizer_result_ttl_in_seconds == 0
    error_message = "simple responses of format 2.0, none of which is kept"
  }
  assert {
    condition     = output.routes["ANY /api/{proxy+}"] == "CUSTOM" && contains(keys(output.functions), "authorizer")
    error_message = "our function is asked"
  }
  assert {
    condition     = length(jsondecode(output.policies.authorizer).Statement) == 2
    error_message = "it may write its log and give an event up, and nothing else"
  }
}

run "wrong" {
  command = plan
  variables {
    # name in capitals
    name = "Media"
    # no artefacts
    artefacts = "tests/none"
    # no edge json
    edge_json = "{}"
    # no such authorizer
    authorizer = "iam"
    # any origin
    cors_origins = ["*"]
    # too little memory
    memory_mb = 64
    # no upload at all
    max_upload_bytes = 0
    # less than nothing
    default_quota = { minutes = -1 }
    # nobody gets through
    throttle = { rate = 0 }
    # a length that logs have not
    log_days = 10
    # no schedule
    sweep_schedule = "hourly"
  }
  expect_failures = [var.name, var.artefacts, var.edge_json, var.authorizer, var.cors_origins, var.memory_mb, var.max_upload_bytes, var.default_quota, var.throttle, var.log_days, var.sweep_schedule]
}
