variable "name" {
  description = "The function's name."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9-_]{1,50}$", var.name))
    error_message = "name: expected 1 to 50 characters of A-Z, a-z, 0-9, - and _."
  }
}

variable "description" {
  description = "What it does, in one sentence."
  type        = string
  nullable    = false
}

variable "program" {
  description = "Where its zip is: a bucket of this region, and the key."
  type = object({
    bucket = string
    key    = string
  })
  nullable = false
}

variable "policy" {
  description = "What it may do, as a policy in JSON; its own log is added."
  type        = string
  nullable    = false

  validation {
    condition     = can(jsondecode(var.policy).Statement)
    error_message = "policy: expected an IAM policy as JSON."
  }
}

variable "environment" {
  description = "Its environment."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "layers" {
  description = "ARNs of its layers' versions."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "memory_mb" {
  description = "Its memory."
  type        = number
  nullable    = false

  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 10240 && floor(var.memory_mb) == var.memory_mb
    error_message = "memory_mb: expected a whole number from 128 to 10240."
  }
}

variable "timeout_seconds" {
  description = "How long one call may take."
  type        = number
  nullable    = false

  validation {
    condition     = var.timeout_seconds >= 1 && var.timeout_seconds <= 900 && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "timeout_seconds: expected a whole number from 1 to 900."
  }
}

variable "disk_mb" {
  description = "Its /tmp."
  type        = number
  default     = 512
  nullable    = false

  validation {
    condition     = var.disk_mb >= 512 && var.disk_mb <= 10240 && floor(var.disk_mb) == var.disk_mb
    error_message = "disk_mb: expected a whole number from 512 to 10240."
  }
}

variable "concurrency" {
  description = "How many calls may run at once, taken from the account's; -1: as many as there are."
  type        = number
  default     = -1
  nullable    = false

  validation {
    condition     = var.concurrency >= -1 && floor(var.concurrency) == var.concurrency
    error_message = "concurrency: expected -1, or a whole number of 0 or more."
  }
}

variable "dead_letter_arn" {
  description = "The queue for events that it failed at, where it is called without anybody waiting."
  type        = string
  nullable    = false
}

variable "kms_key_arn" {
  description = "The key of its environment and its log."
  type        = string
  nullable    = false
}

variable "log_days" {
  description = "So many days its log is kept."
  type        = number
  nullable    = false
}

variable "tags" {
  description = "Tags of everything that takes tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
