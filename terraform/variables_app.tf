# The web app and its API.

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

variable "app_memory_mb" {
  description = "Memory of the app's function; its share of a processor grows with it."
  type        = number
  default     = 512
  nullable    = false

  validation {
    condition     = var.app_memory_mb >= 128 && var.app_memory_mb <= 10240 && floor(var.app_memory_mb) == var.app_memory_mb
    error_message = "app_memory_mb: expected a whole number from 128 to 10240."
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
  description = "What a person may store who has no licence: bytes, minutes of film, or both; null: any amount."
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

variable "token_api" {
  description = "Whether GET /api/token shows the caller's token to this site's own pages."
  type        = bool
  default     = false
  nullable    = false
}
