# The whole of Stagedoor. Who depends on whom:
#
#   key ─┬─ media (buckets) ──────────┬─ origin ── edge (distribution) ── dns
#        ├─ catalog (tables) ─┬───────┤              │
#        │                    └─ processing          └─ identity's client, media's bucket policies, the key's policy
#        └─ identity (pool, clients) ─┘
#
# Terraform orders resources and not modules, so edge may name what identity makes first, and identity's last resource what edge makes.

data "aws_region" "this" {}
data "aws_caller_identity" "this" {}

resource "random_id" "suffix" {
  byte_length = 4
  keepers     = { of = var.name }
}

locals {
  region    = data.aws_region.this.region
  suffix    = random_id.suffix.hex
  artefacts = coalesce(var.artefacts, "${path.module}/../dist")
  build     = coalesce(var.build_directory, "${path.module}/.build")
  policy    = yamldecode(file(coalesce(var.policy_file, "${path.module}/../policy.yaml")))

  host     = var.domain == null ? module.edge.distribution_domain : var.domain.name
  site_url = "https://${local.host}"
  # By its one output: a reference to the module as a whole would wait for its records, which wait for the distribution.
  certificate  = try(var.domain.zone_id, null) == null ? try(var.domain.certificate_arn, null) : module.dns[0].certificate_arn
  sign_in_mode = try(local.policy.sign_in.mode, "hosted")
}

module "identity" {
  source = "./modules/identity"

  name                 = var.name
  user_pool            = var.user_pool
  domain_prefix        = coalesce(var.sign_in_prefix, "${var.name}-${local.suffix}")
  site_domain          = try(var.domain.name, null)
  distribution_domain  = module.edge.distribution_domain
  scopes               = try(local.policy.sign_in.scopes, ["openid", "email", "profile"])
  password_policy      = var.password_policy
  mfa                  = var.mfa
  sms                  = var.sms
  self_sign_up         = var.self_sign_up
  groups               = var.groups
  access_token_minutes = var.access_token_minutes
  refresh_token_days   = var.refresh_token_days
  identity_pool        = var.identity_pool
  bucket_arns          = module.media.bucket_arns
  kms_key_arn          = aws_kms_key.this.arn
  protect              = var.protect
  tags                 = var.tags
}

module "media" {
  source = "./modules/media"

  name                   = var.name
  suffix                 = local.suffix
  kms_key_arn            = aws_kms_key.this.arn
  distribution_arn       = module.edge.distribution_arn
  upload_origins         = concat([local.site_url], try(local.policy.cors.allow_origins, []))
  site_directory         = "${local.artefacts}/site"
  infrequent_access_days = var.storage.infrequent_access_days
  derived_expiry_days    = var.storage.derived_expiry_days
  rendition_expiry_days  = var.storage.rendition_expiry_days
  old_version_days       = var.storage.old_version_days
  log_days               = var.storage.log_days
  protect                = var.protect
  tags                   = var.tags
}

module "catalog" {
  source = "./modules/catalog"

  name                   = var.name
  tables_file            = "${path.module}/../catalog/tables.json"
  kms_key_arn            = aws_kms_key.this.arn
  point_in_time_recovery = var.point_in_time_recovery
  protect                = var.protect
  tags                   = var.tags
}

module "edge" {
  source = "./modules/edge"

  name            = var.name
  artefacts       = local.artefacts
  build_directory = local.build
  policy          = local.policy
  issuers         = local.issuers
  sign_in         = local.sign_in_mode == "none" ? null : module.identity.sign_in
  app_domain      = module.origin.domain
  site_domain     = module.media.bucket_domains.site
  media_domain    = module.media.bucket_domains.processed
  kms_key_arn     = aws_kms_key.this.arn
  domain          = var.domain == null ? null : { name = var.domain.name, certificate_arn = local.certificate, hsts_subdomains = var.domain.hsts_subdomains }
  web_acl_arn     = var.web_acl_arn
  geo_restriction = var.geo_restriction
  price_class     = var.price_class
  access_log      = var.access_log
  log_bucket_arn  = module.media.bucket_arns.logs
  keep_on_destroy = var.keep_edge_function
  tags            = var.tags
}

module "origin" {
  source = "./modules/origin"

  name             = var.name
  artefacts        = local.artefacts
  artefact_bucket  = module.media.bucket_names.artefacts
  build_directory  = local.build
  edge_json        = jsonencode({ policy = local.policy, deployment = { issuers = local.issuers, sign_in = module.identity.sign_in } })
  catalog          = { address = module.catalog.address, table_arns = module.catalog.table_arns }
  buckets          = { names = module.media.bucket_names, arns = module.media.bucket_arns }
  kms_key_arn      = aws_kms_key.this.arn
  pass_secret      = module.edge.pass_secret
  user_pool        = { id = module.identity.user_pool_id, arn = module.identity.user_pool_arn }
  sign_out_origin  = "https://${module.identity.domain}"
  issuer           = { issuer = module.identity.issuer, clients = [module.identity.web_client_id, module.identity.api_client_id] }
  authorizer       = var.authorizer
  cors_origins     = try(local.policy.cors.allow_origins, [])
  memory_mb        = var.app_memory_mb
  max_upload_bytes = var.max_upload_bytes
  default_quota    = var.default_quota
  administrators   = var.administrators
  token_api        = var.token_api
  self_sign_up     = var.self_sign_up
  log_days         = var.log_days
  tags             = var.tags
}

module "processing" {
  source = "./modules/processing"

  name            = var.name
  artefacts       = local.artefacts
  artefact_bucket = module.media.bucket_names.artefacts
  catalog = {
    address          = module.catalog.address
    table_arns       = module.catalog.table_arns
    media_table      = module.catalog.table_names.media
    media_stream_arn = module.catalog.media_stream_arn
  }
  buckets     = { names = module.media.bucket_names, arns = module.media.bucket_arns }
  kms_key_arn = aws_kms_key.this.arn
  image       = var.image
  video       = var.video
  webhooks    = var.topic_webhooks
  log_days    = var.log_days
  tags        = var.tags
}

module "dns" {
  source = "./modules/dns"
  count  = try(var.domain.zone_id, null) == null ? 0 : 1

  domain       = var.domain.name
  zone_id      = var.domain.zone_id
  distribution = { domain = module.edge.distribution_domain, zone_id = module.edge.hosted_zone_id }
  tags         = var.tags
}

module "observability" {
  source = "./modules/observability"

  name               = var.name
  emails             = var.alarm_emails
  budget_usd         = var.budget_usd
  edge_function_name = module.edge.function_name
  edge_log_regions   = var.edge_log_regions
  log_days           = var.log_days
  distribution_id    = module.edge.distribution_id
  api_id             = module.origin.api_id
  functions          = merge(module.origin.functions, module.processing.functions)
  last_queues        = merge({ for key, name in module.processing.queue_names : key => name if !contains(["objects", "later"], key) }, { origin-failed = module.origin.failed_queue.name })
  machine_arns       = module.processing.machine_arns
  tables             = module.catalog.table_names
  kms_key_arn        = aws_kms_key.this.arn
  tags               = var.tags
}

module "ci" {
  source = "./modules/ci"
  count  = var.github == null ? 0 : 1

  name              = var.name
  repository        = var.github.repository
  branch            = var.github.branch
  state_bucket      = var.github.state_bucket
  state_key         = var.github.state_key
  oidc_provider_arn = var.github.oidc_provider_arn
  tags              = var.tags
}
