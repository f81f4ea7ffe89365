# --- the site ----------------------------------------------------------------------------------------------------------

variable "name" {
  description = "What the names of everything begin with. Two sites in one account have two names."
  type        = string
  default     = "stagedoor"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "name: expected 3 to 24 characters of a-z, 0-9 and -, a letter first and no - last."
  }
}

variable "domain" {
  description = "A domain of one's own: with `zone_id` the certificate and the records are made in that zone of Route 53; with `certificate_arn` (in us-east-1) you do both; with `hsts_subdomains` browsers use TLS for every host below it as well. null: the distribution's own name."
  type = object({
    name            = string
    zone_id         = optional(string)
    certificate_arn = optional(string)
    hsts_subdomains = optional(bool, false)
  })
  default = null

  validation {
    condition     = var.domain == null || try(can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain.name)), false)
    error_message = "domain.name: expected a host name in lower case, such as media.example.com."
  }
  validation {
    condition     = var.domain == null || try((var.domain.zone_id == null) != (var.domain.certificate_arn == null), false)
    error_message = "domain: expected either zone_id or certificate_arn."
  }
  validation {
    condition     = try(var.domain.certificate_arn, null) == null || can(regex("^arn:aws[a-z-]*:acm:us-east-1:[0-9]{12}:certificate/", var.domain.certificate_arn))
    error_message = "domain.certificate_arn: expected a certificate of ACM in us-east-1, the one region that CloudFront takes them from."
  }
}

variable "policy_file" {
  description = "Who may fetch what; null: policy.yaml of this checkout."
  type        = string
  default     = null

  validation {
    condition     = var.policy_file == null || can(yamldecode(file(var.policy_file)).routes)
    error_message = "policy_file: expected a YAML file with routes; `stagedoor policy check` says what is wrong with it."
  }
}

variable "artefacts" {
  description = "The folder that `./build.sh package` fills; null: dist of this checkout."
  type        = string
  default     = null
}

variable "build_directory" {
  description = "Where files are written that Terraform makes, the edge function's zip with its keys among them; null: .build beside this file."
  type        = string
  default     = null
}

variable "protect" {
  description = "Whether nothing that people have put in can be destroyed: tables, the user pool and buckets that hold objects. true for every site that anybody relies on."
  type        = bool
  default     = false
  nullable    = false
}

variable "log_days" {
  description = "So many days the functions' and the API's logs are kept; nothing in them names a person."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_days)
    error_message = "log_days: expected one of the lengths that CloudWatch takes: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400 or more by years."
  }
}

variable "tags" {
  description = "Tags of everything that takes tags."
  type        = map(string)
  default     = {}
  nullable    = false
}

# --- people ------------------------------------------------------------------------------------------------------------

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

# --- the edge ----------------------------------------------------------------------------------------------------------

variable "web_acl_arn" {
  description = "A web ACL of WAF (scope CLOUDFRONT); null: none."
  type        = string
  default     = null

  validation {
    condition     = var.web_acl_arn == null || can(regex("^arn:aws[a-z-]*:wafv2:us-east-1:[0-9]{12}:global/webacl/", var.web_acl_arn))
    error_message = "web_acl_arn: expected the ARN of a web ACL with scope CLOUDFRONT: arn:aws:wafv2:us-east-1:ACCOUNT:global/webacl/NAME/ID."
  }
}

variable "geo_restriction" {
  description = "Countries (ISO 3166-1 alpha-2) that alone are served (allow) or that are not (deny)."
  type = object({
    allow = optional(list(string), [])
    deny  = optional(list(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = length(var.geo_restriction.allow) == 0 || length(var.geo_restriction.deny) == 0
    error_message = "geo_restriction: expected allow or deny, not both."
  }
  validation {
    condition     = alltrue([for country in concat(var.geo_restriction.allow, var.geo_restriction.deny) : can(regex("^[A-Z]{2}$", country))])
    error_message = "geo_restriction: expected countries as two capital letters, such as DE."
  }
}

variable "price_class" {
  description = "Which of CloudFront's locations serve: PriceClass_100, PriceClass_200 or PriceClass_All."
  type        = string
  default     = "PriceClass_100"
  nullable    = false

  validation {
    condition     = contains(["PriceClass_100", "PriceClass_200", "PriceClass_All"], var.price_class)
    error_message = "price_class: expected PriceClass_100, PriceClass_200 or PriceClass_All."
  }
}

variable "access_log" {
  description = "The distribution's log: off, without_paths, or with_paths. A path may hold a playback pass, which is a credential for hours."
  type        = string
  default     = "without_paths"
  nullable    = false

  validation {
    condition     = contains(["off", "without_paths", "with_paths"], var.access_log)
    error_message = "access_log: expected off, without_paths or with_paths."
  }
}

variable "keep_edge_function" {
  description = "Whether `terraform destroy` leaves the edge function, whose copies AWS removes hours after the distribution."
  type        = bool
  default     = true
  nullable    = false
}

# --- the app -----------------------------------------------------------------------------------------------------------

variable "authorizer" {
  description = "What API Gateway asks before the app is called, which verifies every token itself in any case: none, jwt (API Gateway's own, which knows the pool's tokens alone) or lambda (ours)."
  type        = string
  default     = "none"
  nullable    = false

  validation {
    condition     = contains(["none", "jwt", "lambda"], var.authorizer)
    error_message = "authorizer: expected none, jwt or lambda."
  }
}

variable "app_memory_mb" {
  description = "Memory of the app's function; its share of a processor grows with it."
  type        = number
  default     = 512
  nullable    = false

  validation {
    condition     = var.app_memory_mb >= 128 && var.app_memory_mb <= 10240 && floor(var.app_memory_mb) == var.app_memory_mb
    error_message = "app_memory_mb: expected a whole number from 128 to 10240."
  }
}

variable "max_upload_bytes" {
  description = "The largest file that may be uploaded; null: 5 TiB. Films of more than 5 GB are kept and not processed."
  type        = number
  default     = 5000000000

  validation {
    condition     = var.max_upload_bytes == null || try(var.max_upload_bytes > 0 && floor(var.max_upload_bytes) == var.max_upload_bytes, false)
    error_message = "max_upload_bytes: expected null, or a whole number greater than 0."
  }
}

variable "default_quota" {
  description = "What a person may store who has no licence: bytes, minutes of film, or both; null: any amount."
  type = object({
    bytes   = optional(number)
    minutes = optional(number)
  })
  default = null

  validation {
    condition     = var.default_quota == null || try(alltrue([for n in compact([var.default_quota.bytes, var.default_quota.minutes]) : n >= 0]), false)
    error_message = "default_quota: expected bytes and minutes of 0 or more."
  }
}

variable "token_api" {
  description = "Whether GET /api/token shows the caller's token to this site's own pages."
  type        = bool
  default     = false
  nullable    = false
}

# --- what is stored and made -------------------------------------------------------------------------------------------

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

variable "ffmpeg" {
  description = "A zip with bin/ffmpeg and bin/ffprobe for the video function; null: ffmpeg.zip among the artefacts, where it is there. Without it films fail with a reason."
  type        = string
  default     = null

  validation {
    condition     = var.ffmpeg == null || try(fileexists(var.ffmpeg), false)
    error_message = "ffmpeg: no such file; expected a zip with bin/ffmpeg and bin/ffprobe, as `./build.sh ffmpeg` makes it."
  }
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

# --- watching it, and deploying it -------------------------------------------------------------------------------------

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
