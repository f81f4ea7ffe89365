# What is stored, and what is made of it.

variable "storage" {
  description = "Days: until originals move to Standard-IA (null: never), until files that can be made again are removed (derived, null: never), until renditions are (null: never), how long replaced and deleted objects can be brought back, how long access logs are kept."
  type = object({
    infrequent_access_days = optional(number, 30)
    derived_expiry_days    = optional(number, 30)
    rendition_expiry_days  = optional(number)
    old_version_days       = optional(number, 7)
    log_days               = optional(number, 30)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.storage.infrequent_access_days == null || try(var.storage.infrequent_access_days >= 30, false)
    error_message = "storage.infrequent_access_days: expected null, or 30 or more; S3 takes no smaller one."
  }
  validation {
    condition     = alltrue([for days in [var.storage.derived_expiry_days, var.storage.rendition_expiry_days, var.storage.old_version_days, var.storage.log_days] : days == null || try(days >= 1 && floor(days) == days, false)])
    error_message = "storage: expected whole numbers of days, 1 or more."
  }
}

variable "point_in_time_recovery" {
  description = "Whether the catalog can be restored to any second of the last 35 days."
  type        = bool
  default     = true
  nullable    = false
}

variable "image" {
  description = "Memory, time and reserved concurrency of the image function."
  type = object({
    memory_mb       = optional(number, 2048)
    timeout_seconds = optional(number, 300)
    concurrency     = optional(number, -1)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.image.memory_mb >= 512 && var.image.memory_mb <= 10240 && var.image.timeout_seconds >= 10 && var.image.timeout_seconds <= 900
    error_message = "image: expected memory_mb from 512 to 10240 and timeout_seconds from 10 to 900."
  }
}

variable "video" {
  description = "Memory, time, disk and reserved concurrency of the video function. New accounts allow 3008 MB."
  type = object({
    memory_mb       = optional(number, 3008)
    timeout_seconds = optional(number, 900)
    disk_mb         = optional(number, 10240)
    concurrency     = optional(number, -1)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.video.memory_mb >= 1024 && var.video.memory_mb <= 10240 && var.video.timeout_seconds >= 60 && var.video.timeout_seconds <= 900 && var.video.disk_mb >= 1024 && var.video.disk_mb <= 10240
    error_message = "video: expected memory_mb and disk_mb from 1024 to 10240 and timeout_seconds from 60 to 900."
  }
}

variable "topic_webhooks" {
  description = "Addresses that are told of every title that has ended; each must confirm its subscription to the topic."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for url in var.topic_webhooks : can(regex("^https://[^/ ]+", url))])
    error_message = "topic_webhooks: expected https addresses."
  }
}
