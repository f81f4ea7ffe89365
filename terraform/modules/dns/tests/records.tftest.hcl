# The certificate is where CloudFront takes it from, and the site has records for both kinds of addresses.

variables {
  domain       = "media.example.com"
  zone_id      = "Z0123456789ABCDEFGHIJ"
  distribution = { domain = "d111111abcdef8.cloudfront.net", zone_id = "Z2FDTNDATAQYW2" }
}

run "records" {
  assert {
    condition     = aws_acm_certificate.this.region == "us-east-1" && aws_acm_certificate_validation.this.region == "us-east-1" && aws_acm_certificate.this.validation_method == "DNS"
    error_message = "the certificate is in us-east-1, proved by DNS"
  }
  assert {
    condition     = keys(aws_route53_record.site) == ["A", "AAAA"] && alltrue([for r in values(aws_route53_record.site) : one(r.alias).name == "d111111abcdef8.cloudfront.net" && r.name == "media.example.com"])
    error_message = "A and AAAA lead to the distribution"
  }
}

run "wrong" {
  command = plan
  variables {
    # a url
    domain = "https://media.example.com"
    # no zone
    zone_id = "example.com"
  }
  expect_failures = [var.domain, var.zone_id]
}
