output "bucket_names" {
  description = "Names by bucket: raw, processed, site, artefacts, logs."
  value       = { for key, bucket in aws_s3_bucket.this : key => bucket.bucket }
}

output "bucket_arns" {
  description = "ARNs by bucket."
  value       = { for key, bucket in aws_s3_bucket.this : key => bucket.arn }
}

output "bucket_domains" {
  description = "Regional domain names by bucket, which the distribution fetches from."
  value       = { for key, bucket in aws_s3_bucket.this : key => bucket.bucket_regional_domain_name }
}

output "bucket_policies" {
  description = "Policies by bucket, as JSON."
  value       = { for key, policy in aws_s3_bucket_policy.this : key => policy.policy }
}

output "static_files" {
  description = "Keys of the app's static files."
  value       = sort([for object in aws_s3_object.site : object.key])
}
