drop table deliveries;
drop table webhooks;
