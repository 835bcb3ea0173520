-- Where a decided transaction came from on the internet: a pseudonym. Decisions stored before this have none.
alter table raw.decisions add column ip text;
