# Who signs in, and how.

variable "user_pool" {
  description = "A user pool of your own that there is already, with the host of its sign-in pages; null: one is made. Both clients are made in either."
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
    error_message = "user_pool.domain: expected a host name without https://, such as login.example.com."
  }
}

variable "other_issuers" {
  description = "More whose tokens count beside the pool's: OpenID Connect providers with the clients that their tokens are for."
  type = list(object({
    issuer   = string
    jwks_uri = string
    clients  = list(string)
  }))
  default  = []
  nullable = false

  validation {
    condition     = alltrue([for issuer in var.other_issuers : startswith(issuer.issuer, "https://") && startswith(issuer.jwks_uri, "https://") && length(issuer.clients) > 0])
    error_message = "other_issuers: expected issuer and jwks_uri with https://, and at least one client."
  }
}

variable "sign_in_prefix" {
  description = "The sign-in pages are at PREFIX.auth.REGION.amazoncognito.com; null: the site's name and some characters of chance."
  type        = string
  default     = null

  validation {
    condition     = var.sign_in_prefix == null || try(can(regex("^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$", var.sign_in_prefix)) && !can(regex("aws|amazon|cognito", var.sign_in_prefix)), false)
    error_message = "sign_in_prefix: expected 1 to 63 characters of a-z, 0-9 and -, no - first or last, and not aws, amazon or cognito in it."
  }
}

variable "password_policy" {
  description = "What a password must be. Relaxed: { minimum_length = 8, lowercase = false, uppercase = false, numbers = false }."
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
}

variable "mfa" {
  description = "A second factor by an authenticator app: off, optional or required."
  type        = string
  default     = "optional"
  nullable    = false

  validation {
    condition     = contains(["off", "optional", "required"], var.mfa)
    error_message = "mfa: expected off, optional or required."
  }
}

variable "sms" {
  description = "Whether second factors and telephone numbers may be confirmed by text messages too. They cost."
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

variable "administrators" {
  description = "The group whose members administer the site."
  type        = string
  default     = "admins"
  nullable    = false

  validation {
    condition     = var.user_pool != null || contains(keys(var.groups), var.administrators)
    error_message = "administrators: expected one of groups."
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
  description = "Credentials of AWS's own for people's folders in the buckets; null: none. With `guests`, whoever is not signed in may read public/* of the processed bucket."
  type = object({
    guests = optional(bool, false)
  })
  default = null
}
