# What is stored, and what is made of it.

variable "storage" {
  description = "Days: until originals move to Standard-IA (null: never), until files under derived/ are removed (null: never; nothing writes there yet), until renditions are (null: never; those of a title that is ready are not made again), how long replaced and deleted objects can be brought back, how long access logs are kept."
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
    condition     = var.image.memory_mb >= 512 && var.image.memory_mb <= 10240 && floor(var.image.memory_mb) == var.image.memory_mb && var.image.timeout_seconds >= 10 && var.image.timeout_seconds <= 900 && floor(var.image.timeout_seconds) == var.image.timeout_seconds
    error_message = "image: expected whole numbers, memory_mb from 512 to 10240 and timeout_seconds from 10 to 900."
  }
  validation {
    condition     = var.image.concurrency >= -1 && floor(var.image.concurrency) == var.image.concurrency
    error_message = "image.concurrency: expected -1, or a whole number of 0 or more."
  }
}

variable "video" {
  description = "Memory, time, disk and reserved concurrency of the video function. New accounts allow 3008 MB. MP4 films never touch the disk; others (Matroska, WebM, MPEG-TS, and MP4 in fragments or with data about places) are written anew and may have two fifths of it."
  type = object({
    memory_mb       = optional(number, 3008)
    timeout_seconds = optional(number, 900)
    disk_mb         = optional(number, 10240)
    concurrency     = optional(number, -1)
  })
  default  = {}
  nullable = false

  # The process that decodes may have 2048 MB; the function itself needs some.
  validation {
    condition     = var.video.memory_mb >= 3008 && var.video.memory_mb <= 10240 && floor(var.video.memory_mb) == var.video.memory_mb
    error_message = "video.memory_mb: expected a whole number from 3008 to 10240."
  }
  validation {
    condition     = var.video.disk_mb >= 5120 && var.video.disk_mb <= 10240 && floor(var.video.disk_mb) == var.video.disk_mb
    error_message = "video.disk_mb: expected a whole number from 5120 to 10240."
  }
  validation {
    condition     = var.video.timeout_seconds >= 60 && var.video.timeout_seconds <= 900 && floor(var.video.timeout_seconds) == var.video.timeout_seconds
    error_message = "video.timeout_seconds: expected a whole number from 60 to 900."
  }
  validation {
    condition     = var.video.concurrency >= -1 && floor(var.video.concurrency) == var.video.concurrency
    error_message = "video.concurrency: expected -1, or a whole number of 0 or more."
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
