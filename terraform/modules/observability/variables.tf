variable "name" {
  description = "What the names of everything here begin with."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "name: expected 3 to 24 characters of a-z, 0-9 and -, a letter first and no - last."
  }
}

variable "emails" {
  description = "Who is told of alarms and of the budget; each must confirm. None: alarms are seen on the dashboard alone."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for email in var.emails : can(regex("^[^@ ]+@[^@ ]+\\.[a-z]{2,}$", email))])
    error_message = "emails: expected addresses, such as you@example.com."
  }
}

variable "budget_usd" {
  description = "So much a month may cost; at 80 % of it, and when it is forecast, mail goes out. null: no budget."
  type        = number
  default     = null

  validation {
    condition     = var.budget_usd == null || try(var.budget_usd > 0, false)
    error_message = "budget_usd: expected null, or more than 0."
  }
}

variable "edge_function_name" {
  description = "The edge function, which logs in whichever region it runs."
  type        = string
  nullable    = false
}

variable "edge_log_regions" {
  description = "Regions whose log of the edge function gets a retention. In others the log is made by Lambda and kept for ever."
  type        = set(string)
  default = [
    "ap-northeast-1", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "eu-central-1", "eu-west-1", "eu-west-2", "sa-east-1",
    "us-east-1", "us-east-2", "us-west-2",
  ]
  nullable = false

  validation {
    condition     = alltrue([for region in var.edge_log_regions : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", region))])
    error_message = "edge_log_regions: expected regions, such as eu-central-1."
  }
}

variable "log_days" {
  description = "So many days those logs are kept."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_days)
    error_message = "log_days: expected one of the lengths that CloudWatch takes: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400 or more by years."
  }
}

variable "distribution_id" {
  description = "The distribution."
  type        = string
  nullable    = false
}

variable "api_id" {
  description = "The app's HTTP API."
  type        = string
  nullable    = false
}

variable "functions" {
  description = "Names of the functions in the site's region, by what they are."
  type        = map(string)
  nullable    = false
}

variable "last_queues" {
  description = "Names of the queues in which nothing should be, by what they hold."
  type        = map(string)
  nullable    = false
}

variable "machine_arns" {
  description = "ARNs of the state machines by name."
  type        = map(string)
  nullable    = false
}

variable "tables" {
  description = "Names of the tables by name."
  type        = map(string)
  nullable    = false
}

variable "kms_key_arn" {
  description = "The key of the topic in the site's region."
  type        = string
  nullable    = false
}

variable "tags" {
  description = "Tags of everything that takes tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
