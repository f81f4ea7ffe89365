alter table media drop column progress;
