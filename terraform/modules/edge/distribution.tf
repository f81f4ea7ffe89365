# The distribution. Its behaviours are policy.yaml's routes in their order, behind sign-in's own addresses.

locals {
  managed = {
    caching_disabled              = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    all_viewer_except_host_header = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
  }
  methods = {
    read = ["GET", "HEAD", "OPTIONS"]
    all  = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]
  }
  cache_policies = {
    none      = local.managed.caching_disabled
    media     = aws_cloudfront_cache_policy.this["media"].id
    immutable = aws_cloudfront_cache_policy.this["immutable"].id
  }

  # What the function itself answers comes from no origin; the app's is named, as CloudFront wants one.
  auth = { pattern = "/_auth/*", gate = "lambda", origin = "app", cache = "none", methods = "all" }
  rest = { pattern = "*", gate = "lambda", origin = "app", cache = "none", methods = "all" }

  behaviours = concat([local.auth], [
    for route in var.policy.routes : {
      pattern = replace(route.path, "/\\{[A-Za-z0-9_]+\\}/", "*")
      gate    = try(route.gate, "lambda")
      origin  = can(route.answer) ? "app" : route.origin
      cache   = can(route.answer) ? "none" : try(route.cache, "none")
      methods = try(route.methods, "read")
    }
  ])

  # Below a distribution's own name there is nothing. Below one's own domain there may be hosts that know no TLS: its owner says.
  whole_host = var.domain == null ? true : var.domain.hsts_subdomains

  cors_origins = try(var.policy.cors.allow_origins, [])

  # What each origin's answers may load. The app says itself what its pages may.
  # A worker among the static files is bound by its own file's policy, and imports other files of the site.
  content_security = { app = null, site = "default-src 'self'; object-src 'none'; frame-ancestors 'none'", media = "sandbox; default-src 'none'" }

  # The same as header lines, for whoever looks from outside.
  response_headers = { for origin, policy in local.content_security : origin => merge(
    {
      strict-transport-security = join("; ", concat(["max-age=31536000"], local.whole_host ? ["includeSubDomains", "preload"] : []))
      x-content-type-options    = "nosniff"
      referrer-policy           = "same-origin"
    },
    policy == null ? {} : { content-security-policy = policy },
  ) }
}

resource "aws_cloudfront_origin_access_control" "s3" {
  name                              = var.name
  description                       = "Reads the buckets of ${var.name}"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

resource "aws_cloudfront_cache_policy" "this" {
  for_each = {
    media = { comment = "Renditions: by path, for a day", ttl = 86400, compress = false }
    # Text: one copy for each encoding.
    immutable = { comment = "Static files: by path, for a year", ttl = 31536000, compress = true }
  }

  name        = "${var.name}-${each.key}"
  comment     = each.value.comment
  min_ttl     = 0
  default_ttl = each.value.ttl
  max_ttl     = each.value.ttl

  parameters_in_cache_key_and_forwarded_to_origin {
    enable_accept_encoding_gzip   = each.value.compress
    enable_accept_encoding_brotli = each.value.compress
    cookies_config {
      cookie_behavior = "none"
    }
    headers_config {
      header_behavior = "none"
    }
    query_strings_config {
      query_string_behavior = "none"
    }
  }
}

resource "aws_cloudfront_response_headers_policy" "this" {
  for_each = local.content_security

  name    = "${var.name}-${each.key}"
  comment = "Answers of origin ${each.key}"

  security_headers_config {
    strict_transport_security {
      access_control_max_age_sec = 31536000
      include_subdomains         = local.whole_host
      preload                    = local.whole_host
      override                   = true
    }
    content_type_options {
      override = true
    }
    referrer_policy {
      referrer_policy = "same-origin"
      override        = true
    }
    dynamic "content_security_policy" {
      for_each = each.value[*]
      content {
        content_security_policy = content_security_policy.value
        override                = true
      }
    }
  }

  dynamic "cors_config" {
    for_each = length(local.cors_origins) == 0 ? [] : [1]
    content {
      access_control_allow_credentials = true
      origin_override                  = true
      access_control_allow_headers {
        items = ["authorization", "content-type", "idempotency-key", "if-match", "range"]
      }
      access_control_allow_methods {
        items = local.methods.all
      }
      access_control_allow_origins {
        items = local.cors_origins
      }
      access_control_expose_headers {
        items = ["accept-ranges", "content-length", "content-range", "etag", "x-stagedoor-reason"]
      }
    }
  }
}

resource "aws_cloudfront_distribution" "this" {
  #checkov:skip=CKV_AWS_68,CKV2_AWS_47: a web ACL is taken by ARN (web_acl_arn): it costs more than the rest of a small site together, and there is no Java here
  #checkov:skip=CKV_AWS_305,CKV_AWS_310: / is a route of the app, which a default root object would hide from the function; each origin is one bucket or API, and there is no other with the same content to fail over to
  #checkov:skip=CKV_AWS_374: geo_restriction is a variable: whom a site is for is its owner's decision
  #checkov:skip=CKV_AWS_86: standard logging v2, below, which writes fields of choice: v1 would log playback passes and query strings
  enabled         = true
  comment         = var.name
  http_version    = "http2and3"
  is_ipv6_enabled = true
  price_class     = var.price_class
  web_acl_id      = var.web_acl_arn
  aliases         = var.domain == null ? [] : [var.domain.name]
  tags            = var.tags

  origin {
    origin_id   = "app"
    domain_name = var.app_domain
    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "https-only"
      origin_ssl_protocols   = ["TLSv1.2"]
      origin_read_timeout    = 30
    }
  }

  dynamic "origin" {
    for_each = { site = var.site_domain, media = var.media_domain }
    content {
      origin_id                = origin.key
      domain_name              = origin.value
      origin_access_control_id = aws_cloudfront_origin_access_control.s3.id
    }
  }

  dynamic "ordered_cache_behavior" {
    for_each = local.behaviours
    content {
      path_pattern               = ordered_cache_behavior.value.pattern
      target_origin_id           = ordered_cache_behavior.value.origin
      viewer_protocol_policy     = "redirect-to-https"
      allowed_methods            = local.methods[ordered_cache_behavior.value.methods]
      cached_methods             = ["GET", "HEAD"]
      compress                   = ordered_cache_behavior.value.cache != "media"
      cache_policy_id            = local.cache_policies[ordered_cache_behavior.value.cache]
      origin_request_policy_id   = ordered_cache_behavior.value.origin == "app" ? local.managed.all_viewer_except_host_header : null
      response_headers_policy_id = aws_cloudfront_response_headers_policy.this[ordered_cache_behavior.value.origin].id

      dynamic "lambda_function_association" {
        for_each = ordered_cache_behavior.value.gate == "lambda" ? [1] : []
        content {
          event_type   = "viewer-request"
          lambda_arn   = aws_lambda_function.edge.qualified_arn
          include_body = false
        }
      }
      dynamic "function_association" {
        for_each = ordered_cache_behavior.value.gate == "function" ? [1] : []
        content {
          event_type   = "viewer-request"
          function_arn = aws_cloudfront_function.viewer_request.arn
        }
      }
    }
  }

  # What no route matches. The function refuses it.
  default_cache_behavior {
    target_origin_id           = local.rest.origin
    viewer_protocol_policy     = "redirect-to-https"
    allowed_methods            = local.methods[local.rest.methods]
    cached_methods             = ["GET", "HEAD"]
    compress                   = true
    cache_policy_id            = local.cache_policies[local.rest.cache]
    origin_request_policy_id   = local.managed.all_viewer_except_host_header
    response_headers_policy_id = aws_cloudfront_response_headers_policy.this[local.rest.origin].id

    lambda_function_association {
      event_type   = "viewer-request"
      lambda_arn   = aws_lambda_function.edge.qualified_arn
      include_body = false
    }
  }

  restrictions {
    geo_restriction {
      restriction_type = length(var.geo_restriction.allow) > 0 ? "whitelist" : length(var.geo_restriction.deny) > 0 ? "blacklist" : "none"
      locations        = concat(var.geo_restriction.allow, var.geo_restriction.deny)
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = var.domain == null
    acm_certificate_arn            = var.domain == null ? null : var.domain.certificate_arn
    ssl_support_method             = var.domain == null ? null : "sni-only"
    # CloudFront's own certificate comes with TLSv1, whatever is written here.
    minimum_protocol_version = var.domain == null ? "TLSv1" : "TLSv1.2_2021"
  }
}

# The log: fields of choice. Queries, cookies and referrers are never among them.
locals {
  logged = concat(
    ["date", "time", "x-edge-location", "sc-bytes", "cs-method", "sc-status", "x-edge-result-type", "x-edge-request-id", "cs-protocol", "cs-bytes", "time-taken", "ssl-protocol", "x-edge-response-result-type", "cs-protocol-version", "time-to-first-byte", "x-edge-detailed-result-type", "sc-content-type", "sc-content-len", "sc-range-start", "sc-range-end"],
    var.access_log == "with_paths" ? ["cs-uri-stem", "c-ip", "cs(User-Agent)"] : [],
  )
  log_count = var.access_log == "off" ? 0 : 1
}

resource "aws_cloudwatch_log_delivery_source" "this" {
  count        = local.log_count
  region       = "us-east-1"
  name         = var.name
  log_type     = "ACCESS_LOGS"
  resource_arn = aws_cloudfront_distribution.this.arn
  tags         = var.tags
}

resource "aws_cloudwatch_log_delivery_destination" "this" {
  count         = local.log_count
  region        = "us-east-1"
  name          = var.name
  output_format = "json"
  tags          = var.tags
  delivery_destination_configuration {
    destination_resource_arn = var.log_bucket_arn
  }
}

resource "aws_cloudwatch_log_delivery" "this" {
  count                    = local.log_count
  region                   = "us-east-1"
  delivery_source_name     = aws_cloudwatch_log_delivery_source.this[0].name
  delivery_destination_arn = aws_cloudwatch_log_delivery_destination.this[0].arn
  record_fields            = local.logged
  tags                     = var.tags
}
