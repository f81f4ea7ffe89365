variable "name" {
  description = "The schedule's name; its role's ends with -schedule."
  type        = string
  nullable    = false
}

variable "expression" {
  description = "When: rate(…) or cron(…)."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^(rate|cron)\\(.+\\)$", var.expression))
    error_message = "expression: expected rate(…) or cron(…), such as rate(1 hour)."
  }
}

variable "function_arn" {
  description = "The function that is called."
  type        = string
  nullable    = false
}

variable "input" {
  description = "What it is called with, as JSON."
  type        = string
  nullable    = false
}

variable "dead_letter_arn" {
  description = "The queue for calls that could not be made."
  type        = string
  nullable    = false
}

variable "kms_key_arn" {
  description = "The key of the schedule and that queue."
  type        = string
  nullable    = false
}
