# What CloudFront is told follows from policy.yaml: order, gates, origins, and functions where CloudFront can run them.

variables {
  name            = "media-example"
  artefacts       = "../../tests/artefacts"
  build_directory = ".build"
  policy          = yamldecode(file("../../../policy.yaml"))
  issuers         = [{ kind = "cognito", issuer = "https://issuer.example", clients = ["a"] }]
  app_domain      = "app.example.com"
  site_domain     = "site.s3.eu-central-1.amazonaws.com"
  media_domain    = "media.s3.eu-central-1.amazonaws.com"
  kms_key_arn     = "arn:aws:kms:eu-central-1:123456789012:key/12345678-1234-1234-1234-123456789012"
  log_bucket_arn  = "arn:aws:s3:::logs"
}

run "behaviours" {
  assert {
    condition = [for b in aws_cloudfront_distribution.this.ordered_cache_behavior : b.path_pattern] == concat(
      ["/_auth/*"], [for route in var.policy.routes : replace(route.path, "/\\{[A-Za-z0-9_]+\\}/", "*")]
    )
    error_message = "the behaviours are sign-in's own and then the policy's routes, in their order, with * for each {name}"
  }
  assert {
    condition = [for b in aws_cloudfront_distribution.this.ordered_cache_behavior : length(b.lambda_function_association) == 1 ? "lambda" : "function"] == concat(
      ["lambda"], [for route in var.policy.routes : try(route.gate, "lambda")]
    )
    error_message = "each behaviour has the gate of its route"
  }
  assert {
    condition     = contains([for b in aws_cloudfront_distribution.this.ordered_cache_behavior : b.path_pattern if length(b.function_association) == 1], "/p/*")
    error_message = "passes are judged by the CloudFront Function"
  }
  assert {
    condition = alltrue([
      for b in concat(aws_cloudfront_distribution.this.ordered_cache_behavior, aws_cloudfront_distribution.this.default_cache_behavior) :
      length(b.lambda_function_association) + length(b.function_association) == 1
    ])
    error_message = "every behaviour has exactly one function at viewer-request: none is open, none has both kinds"
  }
  assert {
    condition = alltrue(flatten([
      for b in concat(aws_cloudfront_distribution.this.ordered_cache_behavior, aws_cloudfront_distribution.this.default_cache_behavior) : [
        for f in b.lambda_function_association : f.event_type == "viewer-request" && can(regex("^arn:aws:lambda:us-east-1:[0-9]{12}:function:[^:]+:[0-9]+$", f.lambda_arn))
      ]
    ]))
    error_message = "Lambda@Edge is named by a numbered version in us-east-1"
  }
  assert {
    condition = alltrue([
      for origin, headers in output.response_headers : alltrue([
        for said in aws_cloudfront_response_headers_policy.this[origin].security_headers_config :
        try(one(said.content_security_policy).content_security_policy, null) == try(headers["content-security-policy"], null) &&
        one(said.referrer_policy).referrer_policy == headers["referrer-policy"] &&
        headers["strict-transport-security"] == join("; ", concat(
          ["max-age=${one(said.strict_transport_security).access_control_max_age_sec}"],
          one(said.strict_transport_security).include_subdomains ? ["includeSubDomains"] : [],
          one(said.strict_transport_security).preload ? ["preload"] : [],
        ))
      ])
    ]) && keys(output.response_headers) == ["app", "media", "site"]
    error_message = "what is said of the headers is what CloudFront is told"
  }
  assert {
    condition     = length(one(aws_cloudfront_distribution.this.default_cache_behavior).lambda_function_association) == 1
    error_message = "what no route matches goes through the function, which refuses it"
  }
  assert {
    condition     = aws_lambda_function.edge.region == "us-east-1" && aws_lambda_function.edge.publish && aws_lambda_function.edge.skip_destroy
    error_message = "the function is in us-east-1, numbered, and left by destroy"
  }
  assert {
    condition     = length(aws_lambda_function.edge.environment) == 0 && length(aws_lambda_function.edge.vpc_config) == 0 && length(aws_lambda_function.edge.dead_letter_config) == 0
    error_message = "Lambda@Edge takes no environment, network or queue"
  }
  assert {
    condition = [for b in aws_cloudfront_distribution.this.ordered_cache_behavior : b.target_origin_id] == concat(
      ["app"], [for route in var.policy.routes : try(route.origin, "app")]
    )
    error_message = "each behaviour asks the origin of its route"
  }
  assert {
    condition = alltrue([
      for b in aws_cloudfront_distribution.this.ordered_cache_behavior : b.target_origin_id == "app" ? b.origin_request_policy_id == "b689b0a8-53d0-40ab-baf2-68738e2966ac" && b.cache_policy_id == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad" : b.origin_request_policy_id == null || b.origin_request_policy_id == ""
    ])
    error_message = "the app gets everything and is never cached; buckets get no query, cookie or header"
  }
  assert {
    condition = alltrue([
      for b in aws_cloudfront_distribution.this.ordered_cache_behavior : b.target_origin_id == "app" || length(b.allowed_methods) == 3
    ])
    error_message = "buckets are only read"
  }
  assert {
    condition     = alltrue([for b in aws_cloudfront_distribution.this.ordered_cache_behavior : b.viewer_protocol_policy == "redirect-to-https"])
    error_message = "everything is TLS"
  }
  assert {
    condition     = alltrue([for o in aws_cloudfront_distribution.this.origin : o.origin_id == "app" ? o.custom_origin_config[0].origin_protocol_policy == "https-only" : o.origin_access_control_id == aws_cloudfront_origin_access_control.s3.id])
    error_message = "buckets are read through Origin Access Control, the app over TLS"
  }
  assert {
    condition     = length(aws_cloudfront_distribution.this.custom_error_response) == 0
    error_message = "no status is mapped to content"
  }
  assert {
    condition     = aws_cloudfront_distribution.this.http_version == "http2and3" && aws_cloudfront_distribution.this.is_ipv6_enabled
    error_message = "HTTP/2, HTTP/3 and IPv6"
  }
  assert {
    condition = alltrue([
      for policy in values(aws_cloudfront_cache_policy.this) : policy.parameters_in_cache_key_and_forwarded_to_origin[0].query_strings_config[0].query_string_behavior == "none"
      && policy.parameters_in_cache_key_and_forwarded_to_origin[0].cookies_config[0].cookie_behavior == "none"
    ])
    error_message = "media and static files are cached by path alone"
  }
  assert {
    condition     = aws_cloudfront_response_headers_policy.this["media"].security_headers_config[0].content_security_policy[0].content_security_policy == "sandbox; default-src 'none'"
    error_message = "what people have uploaded runs nothing"
  }
  assert {
    condition     = !strcontains(join(",", aws_cloudwatch_log_delivery.this[0].record_fields), "cs-uri") && !strcontains(join(",", aws_cloudwatch_log_delivery.this[0].record_fields), "ookie")
    error_message = "by default no path, query or cookie is logged"
  }
}

run "one_more_route" {
  command = plan
  variables {
    policy = merge(yamldecode(file("../../../policy.yaml")), {
      routes = concat([{ path = "/new/{owner}/*", allow = "pass", gate = "function", origin = "site" }], yamldecode(file("../../../policy.yaml")).routes)
    })
  }
  assert {
    condition     = aws_cloudfront_distribution.this.ordered_cache_behavior[1].path_pattern == "/new/*/*" && length(aws_cloudfront_distribution.this.ordered_cache_behavior[1].function_association) == 1
    error_message = "a route that is added is a behaviour at its place, with its gate"
  }
  assert {
    condition     = length(aws_cloudfront_distribution.this.ordered_cache_behavior) == length(var.policy.routes) + 1
    error_message = "and all others are still there"
  }
}

run "cors_of_the_policy" {
  command = plan
  variables {
    policy = merge(yamldecode(file("../../../policy.yaml")), { cors = { allow_origins = ["https://app.example.com"] } })
  }
  assert {
    condition     = alltrue([for policy in values(aws_cloudfront_response_headers_policy.this) : one(policy.cors_config[0].access_control_allow_origins[0].items) == "https://app.example.com" && policy.cors_config[0].access_control_allow_credentials])
    error_message = "answers may be read by the policy's origins, and by no other"
  }
}

run "no_log" {
  command = plan
  variables {
    access_log = "off"
  }
  assert {
    condition     = length(aws_cloudwatch_log_delivery.this) == 0
    error_message = "off is off"
  }
}

run "own_domain" {
  command = plan
  variables {
    domain = { name = "media.example.com", certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012" }
  }
  assert {
    condition     = aws_cloudfront_distribution.this.viewer_certificate[0].minimum_protocol_version == "TLSv1.2_2021" && aws_cloudfront_distribution.this.viewer_certificate[0].ssl_support_method == "sni-only"
    error_message = "a domain of one's own takes TLS 1.2 and newer"
  }
  assert {
    condition     = contains(aws_cloudfront_distribution.this.aliases, "media.example.com")
    error_message = "the domain is an alias"
  }
  assert {
    condition     = !aws_cloudfront_response_headers_policy.this["app"].security_headers_config[0].strict_transport_security[0].include_subdomains
    error_message = "hosts below one's own domain are not spoken for unless one says so"
  }
}

run "geography" {
  command = plan
  variables {
    geo_restriction = { deny = ["XX"] }
  }
  assert {
    condition     = aws_cloudfront_distribution.this.restrictions[0].geo_restriction[0].restriction_type == "blacklist"
    error_message = "deny is CloudFront's blacklist"
  }
}
