variable "name" {
  description = "What the buckets' names begin with."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "name: expected 3 to 24 characters of a-z, 0-9 and -, a letter first and no - last."
  }
}

variable "suffix" {
  description = "What the buckets' names end with, since they are unique among everybody's."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]{4,16}$", var.suffix))
    error_message = "suffix: expected 4 to 16 characters of a-z and 0-9."
  }
}

variable "kms_key_arn" {
  description = "The key that objects are encrypted with."
  type        = string
  nullable    = false
}

variable "distribution_arn" {
  description = "The distribution: nobody else may read the processed and the site bucket without a permission of their own."
  type        = string
  nullable    = false
}

variable "upload_origins" {
  description = "Origins whose pages may send files to the raw bucket, such as https://media.example.com."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.upload_origins) > 0 && alltrue([for origin in var.upload_origins : can(regex("^https?://[^/*]+$", origin))])
    error_message = "upload_origins: expected at least one origin without a path or *, such as https://media.example.com."
  }
}

variable "site_directory" {
  description = "The folder of the static files, as `./build.sh package` fills it: dist/site."
  type        = string
  nullable    = false
}

variable "infrequent_access_days" {
  description = "After so many days an original moves to Standard-IA; null: never. Originals are read once, when they come."
  type        = number
  default     = 30

  validation {
    condition     = var.infrequent_access_days == null || try(var.infrequent_access_days >= 30 && floor(var.infrequent_access_days) == var.infrequent_access_days, false)
    error_message = "infrequent_access_days: expected null, or a whole number of 30 or more; S3 takes no smaller one."
  }
}

variable "stale_upload_days" {
  description = "After so many days a multipart upload that nobody completed is given up."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = var.stale_upload_days >= 2 && floor(var.stale_upload_days) == var.stale_upload_days
    error_message = "stale_upload_days: expected a whole number of 2 or more: an upload may be resumed for a day."
  }
}

variable "derived_expiry_days" {
  description = "After so many days files under derived/ of the processed bucket are removed, where files belong that can be made again; null: never. Nothing of Stagedoor's writes there yet."
  type        = number
  default     = 30

  validation {
    condition     = var.derived_expiry_days == null || try(var.derived_expiry_days >= 1 && floor(var.derived_expiry_days) == var.derived_expiry_days, false)
    error_message = "derived_expiry_days: expected null, or a whole number of 1 or more."
  }
}

variable "rendition_expiry_days" {
  description = "After so many days renditions (media/OWNER/ID/…) are removed; null: never. Nothing makes those of a title that is ready again: it stays in the library without pictures and film."
  type        = number
  default     = null

  validation {
    condition     = var.rendition_expiry_days == null || try(var.rendition_expiry_days >= 1 && floor(var.rendition_expiry_days) == var.rendition_expiry_days, false)
    error_message = "rendition_expiry_days: expected null, or a whole number of 1 or more."
  }
}

variable "old_version_days" {
  description = "So many days an object that was replaced or deleted can be brought back."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = var.old_version_days >= 1 && floor(var.old_version_days) == var.old_version_days
    error_message = "old_version_days: expected a whole number of 1 or more."
  }
}

variable "log_days" {
  description = "So many days the distribution's access logs are kept."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.log_days >= 1 && floor(var.log_days) == var.log_days
    error_message = "log_days: expected a whole number of 1 or more."
  }
}

variable "protect" {
  description = "Whether `terraform destroy` leaves buckets alone that hold objects. Set it to false and apply before you destroy."
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
