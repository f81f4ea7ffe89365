# The site itself. People, edge, app, media and operations have files of their own.

variable "name" {
  description = "What the names of everything begin with. Two sites in one account have two names."
  type        = string
  default     = "stagedoor"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "name: expected 3 to 24 characters of a-z, 0-9 and -, a letter first and no - last."
  }
}

variable "domain" {
  description = "A domain of one's own: with `zone_id` the certificate and the records are made in that zone of Route 53; with `certificate_arn` (in us-east-1) you do both; with `hsts_subdomains` browsers use TLS for every host below it as well. null: the distribution's own name."
  type = object({
    name            = string
    zone_id         = optional(string)
    certificate_arn = optional(string)
    hsts_subdomains = optional(bool, false)
  })
  default = null

  validation {
    condition     = var.domain == null || try(can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain.name)), false)
    error_message = "domain.name: expected a host name in lower case, such as media.example.com."
  }
  validation {
    condition     = var.domain == null || try((var.domain.zone_id == null) != (var.domain.certificate_arn == null), false)
    error_message = "domain: expected either zone_id or certificate_arn."
  }
  validation {
    condition     = try(var.domain.certificate_arn, null) == null || can(regex("^arn:aws[a-z-]*:acm:us-east-1:[0-9]{12}:certificate/", var.domain.certificate_arn))
    error_message = "domain.certificate_arn: expected a certificate of ACM in us-east-1, the one region that CloudFront takes them from."
  }
}

variable "policy_file" {
  description = "Who may fetch what; null: policy.yaml of this checkout."
  type        = string
  default     = null

  validation {
    condition     = var.policy_file == null || can(yamldecode(file(var.policy_file)).routes)
    error_message = "policy_file: expected a YAML file with routes; `stagedoor policy check` says what is wrong with it."
  }
}

variable "artefacts" {
  description = "The folder that `./build.sh package` fills; null: dist of this checkout."
  type        = string
  default     = null
}

variable "build_directory" {
  description = "Where files are written that Terraform makes, the edge function's zip with its keys among them; null: .build beside this file."
  type        = string
  default     = null
}

variable "protect" {
  description = "Whether nothing that people have put in can be destroyed: tables, the user pool and buckets that hold objects. true for every site that anybody relies on."
  type        = bool
  default     = false
  nullable    = false
}

variable "log_days" {
  description = "So many days the functions' and the API's logs are kept; nothing in them names a person."
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
