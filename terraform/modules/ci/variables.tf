variable "name" {
  description = "The site's name; the deploying role may make roles whose names begin with it, and no other."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "name: expected 3 to 24 characters of a-z, 0-9 and -, a letter first and no - last."
  }
}

variable "repository" {
  description = "The repository on GitHub, OWNER/NAME."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.repository))
    error_message = "repository: expected OWNER/NAME, such as example/media."
  }
}

variable "branch" {
  description = "The branch that is deployed."
  type        = string
  default     = "main"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9._/-]+$", var.branch))
    error_message = "branch: expected a branch's name without wildcards."
  }
}

variable "oidc_provider_arn" {
  description = "GitHub's OIDC provider, where the account has it already; null: it is made. An account has it once."
  type        = string
  default     = null

  validation {
    condition     = var.oidc_provider_arn == null || can(regex(":oidc-provider/token\\.actions\\.githubusercontent\\.com$", var.oidc_provider_arn))
    error_message = "oidc_provider_arn: expected arn:aws:iam::ACCOUNT:oidc-provider/token.actions.githubusercontent.com."
  }
}

variable "state_bucket" {
  description = "The bucket with Terraform's state."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.state_bucket))
    error_message = "state_bucket: expected a bucket's name: 3 to 63 characters of a-z, 0-9, . and -."
  }
}

variable "state_key" {
  description = "The state's key in it."
  type        = string
  default     = "stagedoor/terraform.tfstate"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-][A-Za-z0-9_./-]{0,1000}$", var.state_key))
    error_message = "state_key: expected a key without wildcards and no / first, such as stagedoor/terraform.tfstate."
  }
}

variable "deploy_policy_arns" {
  description = "Policies of the role that deploys, beside the right to make the site's own roles."
  type        = list(string)
  default     = ["arn:aws:iam::aws:policy/PowerUserAccess"]
  nullable    = false
}

variable "plan_policy_arns" {
  description = "Policies of the role that plans, on pull requests."
  type        = list(string)
  default     = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
  nullable    = false
}

variable "tags" {
  description = "Tags of everything that takes tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
