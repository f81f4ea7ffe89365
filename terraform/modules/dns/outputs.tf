output "certificate_arn" {
  description = "The certificate, once it is valid."
  value       = aws_acm_certificate_validation.this.certificate_arn
}

output "records" {
  description = "The site's records by type."
  value       = { for type, record in aws_route53_record.site : type => record.fqdn }
}
