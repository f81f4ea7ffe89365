-- How far the processor of a title is, as JSON.
alter table media add column progress text;
