# The distribution.

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
  description = "Countries (ISO 3166-1 alpha-2) that alone are served (allow) or that are not (deny)."
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

variable "keep_edge_function" {
  description = "Whether `terraform destroy` leaves the edge function, whose copies AWS removes hours after the distribution."
  type        = bool
  default     = true
  nullable    = false
}
