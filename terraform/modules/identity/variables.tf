variable "name" {
  description = "What the names of the pool and its clients begin with."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "name: expected 3 to 24 characters of a-z, 0-9 and -, a letter first and no - last."
  }
}

variable "user_pool" {
  description = "A pool of your own that there is already, with the domain of its sign-in pages; null: one is made. Clients are made in either."
  type = object({
    id     = string
    domain = string
  })
  default = null

  validation {
    condition     = var.user_pool == null || try(can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]_[A-Za-z0-9]+$", var.user_pool.id)), false)
    error_message = "user_pool.id: expected a user pool's id, such as eu-central-1_AbCdEfGhI."
  }
  validation {
    condition     = var.user_pool == null || try(can(regex("^[a-z0-9.-]+\\.[a-z]{2,}$", var.user_pool.domain)), false)
    error_message = "user_pool.domain: expected a host name without https://, such as login.example.com or example.auth.eu-central-1.amazoncognito.com."
  }
}

variable "domain_prefix" {
  description = "The sign-in pages are at PREFIX.auth.REGION.amazoncognito.com: unique among everybody's in the region."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$", var.domain_prefix)) && !can(regex("aws|amazon|cognito", var.domain_prefix))
    error_message = "domain_prefix: expected 1 to 63 characters of a-z, 0-9 and -, no - first or last, and not aws, amazon or cognito in it."
  }
}

variable "site_domain" {
  description = "The site's own domain, such as media.example.com; null: it is the distribution's."
  type        = string
  default     = null
}

variable "distribution_domain" {
  description = "The distribution's domain name. Clients are told of it last, where there is no domain of one's own: it is known last."
  type        = string
  nullable    = false
}

variable "scopes" {
  description = "What is asked for at sign-in: `sign_in.scopes` of policy.yaml."
  type        = list(string)
  default     = ["openid", "email", "profile"]
  nullable    = false

  validation {
    condition     = contains(var.scopes, "openid")
    error_message = "scopes: expected openid among them; without an ID token the sign-in cannot be checked."
  }
}

variable "password_policy" {
  description = "What a password must be. Relaxed: { minimum_length = 8, lowercase = false, uppercase = false, numbers = false, symbols = false }."
  type = object({
    minimum_length       = optional(number, 12)
    lowercase            = optional(bool, true)
    uppercase            = optional(bool, true)
    numbers              = optional(bool, true)
    symbols              = optional(bool, false)
    temporary_valid_days = optional(number, 7)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.password_policy.minimum_length >= 6 && var.password_policy.minimum_length <= 99 && floor(var.password_policy.minimum_length) == var.password_policy.minimum_length
    error_message = "password_policy.minimum_length: expected a whole number from 6 to 99."
  }
  validation {
    condition     = var.password_policy.temporary_valid_days >= 1 && var.password_policy.temporary_valid_days <= 365
    error_message = "password_policy.temporary_valid_days: expected 1 to 365."
  }
}

variable "mfa" {
  description = "A second factor, by an authenticator app and, where `sms` is on, by a text message: off, optional or required."
  type        = string
  default     = "optional"
  nullable    = false

  validation {
    condition     = contains(["off", "optional", "required"], var.mfa)
    error_message = "mfa: expected off, optional or required."
  }
}

variable "sms" {
  description = "Whether Cognito may send text messages: codes for second factors and for phone numbers. They cost, and the account must be out of SNS's sandbox."
  type        = bool
  default     = false
  nullable    = false
}

variable "self_sign_up" {
  description = "Whether people may sign up by themselves. Otherwise an administrator invites them."
  type        = bool
  default     = false
  nullable    = false
}

variable "groups" {
  description = "Groups to be made, with their descriptions. Those that policy.yaml speaks of belong here."
  type        = map(string)
  default     = { admins = "Administrators of the site" }
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.groups) : can(regex("^[^\\s]{1,128}$", name))])
    error_message = "groups: expected names of 1 to 128 characters without spaces."
  }
}

variable "access_token_minutes" {
  description = "So long a token counts, and so long somebody who is shut out still gets in."
  type        = number
  default     = 15
  nullable    = false

  validation {
    condition     = var.access_token_minutes >= 5 && var.access_token_minutes <= 1440 && floor(var.access_token_minutes) == var.access_token_minutes
    error_message = "access_token_minutes: expected a whole number from 5 to 1440."
  }
}

variable "refresh_token_days" {
  description = "So long a session lasts that is used now and then."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.refresh_token_days >= 1 && var.refresh_token_days <= 3650 && floor(var.refresh_token_days) == var.refresh_token_days
    error_message = "refresh_token_days: expected a whole number from 1 to 3650."
  }
}

variable "identity_pool" {
  description = "An identity pool gives people credentials of AWS's own for their folders in the buckets; null: there is none. With `guests`, whoever is not signed in may read public/* of the processed bucket."
  type = object({
    guests = optional(bool, false)
  })
  default = null
}

variable "bucket_arns" {
  description = "ARNs of the buckets raw and processed, for the identity pool's roles."
  type        = map(string)
  nullable    = false
}

variable "kms_key_arn" {
  description = "The key that those buckets are encrypted with."
  type        = string
  nullable    = false
}

variable "protect" {
  description = "Whether Cognito refuses to delete the pool. Set it to false and apply before `terraform destroy`."
  type        = bool
  default     = false
  nullable    = false
}

variable "tags" {
  description = "Tags of everything that takes tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
