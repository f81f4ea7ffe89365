output "url" {
  description = "The site."
  value       = local.site_url
}

output "frontend_config" {
  description = "What a browser's program needs to sign people in and to call the API: Amplify and others take it."
  value = {
    region              = local.region
    user_pool_id        = module.identity.user_pool_id
    user_pool_client_id = module.identity.web_client_id
    identity_pool_id    = module.identity.identity_pool_id
    sign_in_domain      = module.identity.domain
    scopes              = try(local.policy.sign_in.scopes, ["openid", "email", "profile"])
    redirect_sign_in    = "${local.site_url}/_auth/callback"
    redirect_sign_out   = "${local.site_url}/_auth/signed-out"
    api_url             = "${local.site_url}/api"
  }
}

output "backend_config" {
  description = "What a program of one's own beside Stagedoor needs: the catalog, buckets, queues, the topic, and whose tokens count."
  value = {
    region       = local.region
    catalog      = module.catalog.address
    tables       = module.catalog.table_names
    buckets      = module.media.bucket_names
    topic_arn    = module.processing.topic_arn
    queues       = module.processing.queues
    machine_arns = module.processing.machine_arns
    issuer       = module.identity.issuer
    jwks_uri     = "${module.identity.issuer}/.well-known/jwks.json"
    clients      = [module.identity.web_client_id, module.identity.api_client_id]
    api_client   = module.identity.api_client_id
    kms_key_arn  = aws_kms_key.this.arn
  }
}

output "user_pool_id" {
  description = "The user pool."
  value       = module.identity.user_pool_id
}

output "client_id" {
  description = "The site's client of the pool."
  value       = module.identity.web_client_id
}

output "create_user_command" {
  description = "Invites the first person and makes them an administrator. Put your address in."
  value = join(" && ", [
    "aws cognito-idp admin-create-user --region ${split("_", module.identity.user_pool_id)[0]} --user-pool-id ${module.identity.user_pool_id} --username you@example.com --user-attributes Name=email,Value=you@example.com Name=email_verified,Value=true --desired-delivery-mediums EMAIL",
    "aws cognito-idp admin-add-user-to-group --region ${split("_", module.identity.user_pool_id)[0]} --user-pool-id ${module.identity.user_pool_id} --username you@example.com --group-name ${var.administrators}",
  ])
}

output "distribution_id" {
  description = "The distribution, for invalidations."
  value       = module.edge.distribution_id
}

output "distribution_domain" {
  description = "The distribution's own name: what a domain of one's own is an alias of."
  value       = module.edge.distribution_domain
}

output "edge_function" {
  description = "The edge function: its name, and the version that the distribution calls. The name is what remains after `terraform destroy`."
  value       = { name = module.edge.function_name, version_arn = module.edge.function_version_arn }
}

output "edge_zip" {
  description = "The edge function's zip as it was sent, with EDGE.json in it."
  value       = module.edge.zip
}

output "pass_store_arn" {
  description = "The key value store that `stagedoor pass rotate` and `revoke` write to."
  value       = module.edge.pass_store_arn
}

output "pass_secret_name" {
  description = "The secret with the keys of passes."
  value       = module.edge.pass_secret.name
}

output "behaviours" {
  description = "The distribution's behaviours in their order, as made of policy.yaml."
  value       = module.edge.behaviours
}

output "functions" {
  description = "Names of the functions in the site's region."
  value       = merge(module.origin.functions, module.processing.functions)
}

output "doctor" {
  description = "What `stagedoor doctor --outputs FILE` checks a deployment by; FILE is what `terraform output -json` writes."
  value = {
    url                   = local.site_url
    issuer                = module.identity.issuer
    jwks_uri              = "${module.identity.issuer}/.well-known/jwks.json"
    key_ids               = [for key in local.keys : key.kid]
    sign_in_mode          = local.sign_in_mode
    sign_in               = module.identity.sign_in
    cors_origins          = try(local.policy.cors.allow_origins, [])
    distribution_id       = module.edge.distribution_id
    edge_version_arn      = module.edge.function_version_arn
    policy                = local.policy
    headers               = module.edge.response_headers
    policy_sha256         = filesha256(coalesce(var.policy_file, "${path.module}/../policy.yaml"))
    static_files          = module.media.static_files
    program_sha256        = { for name in ["edge-auth", "origin", "sweep", "dispatch", "image", "video", "notify"] : name => filesha256("${local.artefacts}/${name}.zip") }
    viewer_request_sha256 = filesha256("${local.artefacts}/viewer-request.js")
  }
}

output "dashboard" {
  description = "The dashboard in CloudWatch."
  value       = module.observability.dashboard
}

output "ci_role_arns" {
  description = "Roles for the workflows: plan and deploy; empty where there are none."
  value       = try(module.ci[0].role_arns, {})
}
