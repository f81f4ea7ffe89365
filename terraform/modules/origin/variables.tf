variable "name" {
  description = "What the names of everything here begin with."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "name: expected 3 to 24 characters of a-z, 0-9 and -, a letter first and no - last."
  }
}

variable "artefacts" {
  description = "The folder with origin.zip, sweep.zip and authorizer.zip, as `./build.sh package` makes them: dist."
  type        = string
  nullable    = false

  validation {
    condition     = alltrue([for name in ["origin", "sweep", "authorizer"] : fileexists("${var.artefacts}/${name}.zip")])
    error_message = "artefacts: origin.zip, sweep.zip or authorizer.zip is missing there; `./build.sh package` makes them in dist/."
  }
}

variable "artefact_bucket" {
  description = "The bucket that programs are put into on their way to Lambda."
  type        = string
  nullable    = false
}

variable "build_directory" {
  description = "Where files are written that Terraform makes: layers and zips."
  type        = string
  nullable    = false
}

variable "edge_json" {
  description = "EDGE.json without keys, as JSON: the policy, issuers, sign-in."
  type        = string
  nullable    = false

  validation {
    condition     = can(jsondecode(var.edge_json).deployment.issuers)
    error_message = "edge_json: expected JSON with policy and deployment.issuers."
  }
}

variable "catalog" {
  description = "The catalog's address and its tables' ARNs by name."
  type = object({
    address    = string
    table_arns = map(string)
  })
  nullable = false
}

variable "buckets" {
  description = "Names and ARNs of the buckets raw and processed."
  type = object({
    names = map(string)
    arns  = map(string)
  })
  nullable = false
}

variable "kms_key_arn" {
  description = "The key of buckets, tables, secret and logs."
  type        = string
  nullable    = false
}

variable "pass_secret" {
  description = "Name and ARN of the secret with the keys of playback passes."
  type = object({
    name = string
    arn  = string
  })
  nullable = false
}

variable "user_pool" {
  description = "The pool's id and ARN, for the administrators' pages and for sign-in pages of our own."
  type = object({
    id  = string
    arn = string
  })
  nullable = false
}

variable "sign_out_origin" {
  description = "scheme://host where signing out ends, such as https://example.auth.eu-central-1.amazoncognito.com."
  type        = string
  nullable    = false
}

variable "issuer" {
  description = "Issuer and clients whose tokens the Cognito JWT authorizer takes."
  type = object({
    issuer  = string
    clients = list(string)
  })
  nullable = false
}

variable "authorizer" {
  description = "What API Gateway asks before the app is called, which verifies every token itself in any case: none, jwt (API Gateway's own, which knows the pool's tokens alone) or lambda (ours)."
  type        = string
  default     = "none"
  nullable    = false

  validation {
    condition     = contains(["none", "jwt", "lambda"], var.authorizer)
    error_message = "authorizer: expected none, jwt or lambda."
  }
}

variable "cors_origins" {
  description = "Origins whose pages may call the API Gateway itself, beside the distribution; none as a rule."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for origin in var.cors_origins : can(regex("^https?://[^/*]+$", origin))])
    error_message = "cors_origins: expected origins without a path or *, such as https://app.example.com."
  }
}

variable "memory_mb" {
  description = "Memory of the app's function; its share of a processor grows with it."
  type        = number
  default     = 512
  nullable    = false

  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 10240 && floor(var.memory_mb) == var.memory_mb
    error_message = "memory_mb: expected a whole number from 128 to 10240."
  }
}

variable "max_upload_bytes" {
  description = "The largest file that may be uploaded; null: 5 TiB. Films of more than 5 GB are kept and not processed."
  type        = number
  default     = 5000000000

  validation {
    condition     = var.max_upload_bytes == null || try(var.max_upload_bytes > 0 && floor(var.max_upload_bytes) == var.max_upload_bytes, false)
    error_message = "max_upload_bytes: expected null, or a whole number greater than 0."
  }
}

variable "default_quota" {
  description = "What a person may store who has no licence; null: any amount."
  type = object({
    bytes   = optional(number)
    minutes = optional(number)
  })
  default = null

  validation {
    condition     = var.default_quota == null || try(alltrue([for n in [var.default_quota.bytes, var.default_quota.minutes] : n == null || try(n >= 0 && floor(n) == n, false)]), false)
    error_message = "default_quota: expected bytes and minutes as whole numbers of 0 or more."
  }
}

variable "administrators" {
  description = "The group whose members administer the site."
  type        = string
  default     = "admins"
  nullable    = false
}

variable "token_api" {
  description = "Whether GET /api/token shows the caller's token to this site's own pages."
  type        = bool
  default     = false
  nullable    = false
}

variable "self_sign_up" {
  description = "Whether sign-in pages of our own let people sign up."
  type        = bool
  default     = false
  nullable    = false
}

variable "throttle" {
  description = "Requests a second that API Gateway lets through, and how many at once above that."
  type = object({
    rate  = optional(number, 500)
    burst = optional(number, 1000)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.throttle.rate >= 1 && var.throttle.burst >= 1 && floor(var.throttle.burst) == var.throttle.burst
    error_message = "throttle: expected a rate of 1 or more, and a burst that is a whole number of 1 or more."
  }
}

variable "sweep_schedule" {
  description = "When what is over is taken away."
  type        = string
  default     = "rate(1 hour)"
  nullable    = false

  validation {
    condition     = can(regex("^(rate|cron)\\(.+\\)$", var.sweep_schedule))
    error_message = "sweep_schedule: expected rate(…) or cron(…), such as rate(1 hour)."
  }
}

variable "log_days" {
  description = "So many days logs are kept."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_days)
    error_message = "log_days: expected one of the lengths that CloudWatch takes: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400 or more by years."
  }
}

variable "tags" {
  description = "Tags of everything that takes tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
