variable "name" {
  description = "What the names of everything here begin with, such as media-example."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "name: expected 3 to 32 characters of a-z, 0-9 and -, a letter first and no - last."
  }
}

variable "artefacts" {
  description = "The folder with edge-auth.zip and viewer-request.js, as `./build.sh package` makes them: dist."
  type        = string
  nullable    = false

  validation {
    condition     = fileexists("${var.artefacts}/viewer-request.js")
    error_message = "artefacts: viewer-request.js is missing there; `./build.sh package` makes it in dist/."
  }
  validation {
    condition     = try(length(file("${var.artefacts}/viewer-request.js")) <= 10240, false)
    error_message = "artefacts: viewer-request.js has more than the 10,240 bytes that CloudFront takes, or cannot be read."
  }
  validation {
    condition     = fileexists("${var.artefacts}/edge-auth.zip")
    error_message = "artefacts: edge-auth.zip is missing there; `./build.sh package` makes it in dist/."
  }
}

variable "build_directory" {
  description = "Where the function's zip is written."
  type        = string
  nullable    = false
}

variable "policy" {
  description = "policy.yaml, decoded. Behaviours are made of its routes, in their order."
  type        = any
  nullable    = false

  validation {
    condition     = try(var.policy.version == 1 && length(var.policy.routes) > 0, false)
    error_message = "policy: expected version: 1 and at least one route; `stagedoor policy check` says more."
  }
  validation {
    condition     = try(length(var.policy.routes) <= 74, false)
    error_message = "policy: CloudFront takes 74 routes beside /_auth/*; put some together with *."
  }
  validation {
    condition     = try(alltrue([for route in var.policy.routes : startswith(route.path, "/") && can(route.allow)]), false)
    error_message = "policy: every route needs a path that begins with / and allow; `stagedoor policy check` says which does not."
  }
  validation {
    condition     = try(alltrue([for route in var.policy.routes : can(route.answer) || contains(["app", "site", "media"], try(route.origin, ""))]), false)
    error_message = "policy: every route needs an origin of app, site or media, or an answer."
  }
  validation {
    condition     = try(alltrue([for route in var.policy.routes : contains(["lambda", "function"], try(route.gate, "lambda"))]), false)
    error_message = "policy: a route's gate is lambda or function."
  }
  validation {
    # What only the Lambda can judge must not be left to the CloudFront Function, which would let everybody through.
    condition     = try(alltrue([for route in var.policy.routes : try(route.gate, "lambda") == "lambda" || contains(["anyone", "pass"], try(tostring(route.allow), ""))]), false)
    error_message = "policy: gate: function knows no tokens, so such a route may allow anyone or pass alone."
  }
  validation {
    condition     = try(alltrue([for route in var.policy.routes : contains(["none", "media", "immutable"], try(route.cache, "none"))]), false)
    error_message = "policy: a route's cache is none, media or immutable."
  }
  validation {
    condition     = try(alltrue([for route in var.policy.routes : try(route.origin, "app") != "app" || try(route.cache, "none") == "none"]), false)
    error_message = "policy: cache must be none where origin is app: its answers belong to one person."
  }
  validation {
    condition     = try(length(distinct([for route in var.policy.routes : replace(route.path, "/\\{[A-Za-z0-9_]+\\}/", "*")])) == length(var.policy.routes), false)
    error_message = "policy: two routes are one to CloudFront, which has * in the place of each {name}; leave one out."
  }
}

variable "issuers" {
  description = "`deployment.issuers` of EDGE.json: whose tokens count, with their keys."
  type        = any
  nullable    = false

  validation {
    condition     = try(length(var.issuers) > 0 && alltrue([for issuer in var.issuers : contains(["cognito", "oidc"], issuer.kind) && length(issuer.clients) > 0]), false)
    error_message = "issuers: expected at least one with kind (cognito or oidc), issuer and clients."
  }
}

variable "sign_in" {
  description = "`deployment.sign_in` of EDGE.json; null where nobody signs in here."
  type        = any
  default     = null
}

variable "app_domain" {
  description = "The host of the app's API."
  type        = string
  nullable    = false
}

variable "site_domain" {
  description = "The regional domain name of the bucket with the static files."
  type        = string
  nullable    = false
}

variable "media_domain" {
  description = "The regional domain name of the bucket with renditions."
  type        = string
  nullable    = false
}

variable "kms_key_arn" {
  description = "The key of the secret with the keys of passes."
  type        = string
  nullable    = false
}

variable "domain" {
  description = "A domain of one's own with its certificate (in us-east-1), and whether browsers are told to use TLS for every host below it; null: the distribution's name alone."
  type = object({
    name            = string
    certificate_arn = string
    hsts_subdomains = optional(bool, false)
  })
  default = null
}

variable "web_acl_arn" {
  description = "A web ACL of WAF (scope CLOUDFRONT); null: none."
  type        = string
  default     = null

  validation {
    condition     = var.web_acl_arn == null || can(regex("^arn:aws[a-z-]*:wafv2:us-east-1:[0-9]{12}:global/webacl/", var.web_acl_arn))
    error_message = "web_acl_arn: expected the ARN of a web ACL with scope CLOUDFRONT: arn:aws:wafv2:us-east-1:ACCOUNT:global/webacl/NAME/ID."
  }
}

variable "geo_restriction" {
  description = "Countries (ISO 3166-1 alpha-2) that alone are served (allow) or that are not (deny); none of them: no restriction."
  type = object({
    allow = optional(list(string), [])
    deny  = optional(list(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = length(var.geo_restriction.allow) == 0 || length(var.geo_restriction.deny) == 0
    error_message = "geo_restriction: expected allow or deny, not both."
  }
  validation {
    condition     = alltrue([for country in concat(var.geo_restriction.allow, var.geo_restriction.deny) : can(regex("^[A-Z]{2}$", country))])
    error_message = "geo_restriction: expected countries as two capital letters, such as DE."
  }
}

variable "price_class" {
  description = "Which of CloudFront's locations serve: PriceClass_100, PriceClass_200 or PriceClass_All."
  type        = string
  default     = "PriceClass_100"
  nullable    = false

  validation {
    condition     = contains(["PriceClass_100", "PriceClass_200", "PriceClass_All"], var.price_class)
    error_message = "price_class: expected PriceClass_100, PriceClass_200 or PriceClass_All."
  }
}

variable "access_log" {
  description = "The distribution's log: off, without_paths, or with_paths. A path may hold a playback pass, which is a credential for hours."
  type        = string
  default     = "without_paths"
  nullable    = false

  validation {
    condition     = contains(["off", "without_paths", "with_paths"], var.access_log)
    error_message = "access_log: expected off, without_paths or with_paths."
  }
}

variable "log_bucket_arn" {
  description = "The bucket of that log."
  type        = string
  nullable    = false
}

variable "memory_mb" {
  description = "Memory of the edge function; 128 is what an old quota takes."
  type        = number
  default     = 128
  nullable    = false

  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 10240 && floor(var.memory_mb) == var.memory_mb
    error_message = "memory_mb: expected a whole number from 128 to 10240."
  }
}

variable "timeout_seconds" {
  description = "How long the edge function may take; 5 is what an old quota takes."
  type        = number
  default     = 5
  nullable    = false

  validation {
    condition     = var.timeout_seconds >= 4 && var.timeout_seconds <= 30 && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "timeout_seconds: expected a whole number from 4 to 30; a sign-in waits up to 2.5 seconds for the pool."
  }
}

variable "keep_on_destroy" {
  description = "Whether `terraform destroy` leaves the edge function, whose copies AWS removes hours after the distribution (docs/operations.md)."
  type        = bool
  default     = true
  nullable    = false
}

variable "tags" {
  description = "Tags of everything that takes tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
