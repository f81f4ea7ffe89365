# Watching it, and deploying it.

variable "alarm_emails" {
  description = "Who is told of alarms and of the budget; each must confirm."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for email in var.alarm_emails : can(regex("^[^@ ]+@[^@ ]+\\.[a-z]{2,}$", email))])
    error_message = "alarm_emails: expected addresses, such as you@example.com."
  }
}

variable "budget_usd" {
  description = "So much a month may cost before mail goes out; null: no budget."
  type        = number
  default     = null

  validation {
    condition     = var.budget_usd == null || try(var.budget_usd > 0, false)
    error_message = "budget_usd: expected null, or more than 0."
  }
}

variable "edge_log_regions" {
  description = "Regions whose log of the edge function gets a retention; null: those that all accounts have and viewers are near."
  type        = set(string)
  default     = null

  validation {
    condition     = var.edge_log_regions == null || try(alltrue([for region in var.edge_log_regions : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", region))]), false)
    error_message = "edge_log_regions: expected null, or regions, such as eu-central-1."
  }
}

variable "github" {
  description = "Roles for GitHub's workflows: the repository, the branch that is deployed, the bucket with Terraform's state, and GitHub's OIDC provider where the account has it; null: none."
  type = object({
    repository        = string
    state_bucket      = string
    branch            = optional(string, "main")
    state_key         = optional(string, "stagedoor/terraform.tfstate")
    oidc_provider_arn = optional(string)
  })
  default = null

  validation {
    condition     = var.github == null || try(can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.github.repository)), false)
    error_message = "github.repository: expected OWNER/NAME, such as example/media."
  }
}
