variable "domain" {
  description = "The site's domain, such as media.example.com."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain))
    error_message = "domain: expected a host name in lower case, such as media.example.com."
  }
}

variable "zone_id" {
  description = "The hosted zone of Route 53 that holds it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^Z[A-Z0-9]+$", var.zone_id))
    error_message = "zone_id: expected a hosted zone's id, such as Z0123456789ABCDEFGHIJ."
  }
}

variable "distribution" {
  description = "The distribution's domain name and the zone that an alias of it names."
  type = object({
    domain  = string
    zone_id = string
  })
  nullable = false
}

variable "tags" {
  description = "Tags of everything that takes tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
